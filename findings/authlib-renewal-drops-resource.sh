#!/usr/bin/env bash
# Subject:   Authlib 1.9.9 (PyPI), OAuth2Session with client credentials and automatic renewal.
# Expected:  the token that is fetched by itself when the first has ended is asked for as the first one was.
# Real:      scope is asked for again, but "resource" (RFC 8707) and "audience", which were given to fetch_token(),
#            are not: the second token is one for the server's default audience.
# Matters:   the program works for one lifetime and is refused from then on, by the API and not by the token endpoint,
#            which answered 200 both times. Renew with fetch_token() and the same arguments in time, or give the
#            client a default audience at the server.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check Authlib==1.9.9 requests==2.34.2

timeout 60 env AUTHLIB_INSECURE_TRANSPORT=1 "$folder/python/bin/python" -W ignore - <<'END'
import http.server
import importlib.metadata
import json
import sys
import threading
import time
import urllib.parse

from authlib.integrations.requests_client import OAuth2Session

forms = []


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({})

    def do_POST(self):
        forms.append(urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.answer({"access_token": f"token-{len(forms)}", "token_type": "Bearer", "expires_in": 61})

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"

session = OAuth2Session(
    "client", "secret", token_endpoint=f"{url}/token", grant_type="client_credentials", scope="data.read")
session.fetch_token(resource="https://api.example/", audience="api")
session.get(f"{url}/api")
time.sleep(2)  # Renewal begins 60 seconds before the end of 61.
session.get(f"{url}/api")

print("Authlib", importlib.metadata.version("Authlib"))
for number, form in enumerate(forms, 1):
    print(f"request {number} of a token: {form}")
if len(forms) != 2:
    sys.exit("CHANGED: number of requests")
asked = {"grant_type": ["client_credentials"], "scope": ["data.read"]}
if forms != [asked | {"resource": ["https://api.example/"], "audience": ["api"]}, asked]:
    sys.exit("CHANGED: what is asked for at renewal")
END
