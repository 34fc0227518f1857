#!/usr/bin/env bash
# Subject:   requests-oauthlib 2.0.0 with oauthlib 4.0.1 (PyPI), automatic refresh.
# Expected:  RFC 6749 section 5.1 lets a server grant less than was asked for and say so in "scope"; the client keeps
#            what it got.
# Real:      the answer raises Warning (a class of exceptions), in a refresh as well. The session keeps its old tokens
#            and token_updater is not called, so the new refresh token is lost. The next call sends the spent one
#            again.
# Matters:   with rotating refresh tokens (RFC 9700 section 4.14) a spent one that comes again is the sign of theft:
#            an administrator who takes one scope from an app sees its users' grants end as stolen. The client should
#            set OAUTHLIB_RELAX_TOKEN_SCOPE=1, or take the token from the exception (warning.token).
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check \
    requests-oauthlib==2.0.0 oauthlib==4.0.1 requests==2.34.2

timeout 60 env OAUTHLIB_INSECURE_TRANSPORT=1 "$folder/python/bin/python" - <<'END'
import http.server
import importlib.metadata
import json
import os
import sys
import threading
import urllib.parse

from requests_oauthlib import OAuth2Session

sent = []


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({})

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sent.append(form["refresh_token"][0])
        self.answer({"access_token": "access-2", "refresh_token": "refresh-2", "token_type": "Bearer",
                     "expires_in": 600, "scope": "data.read"})

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


def use_twice():
    sent.clear()
    kept, raised = [], []
    session = OAuth2Session(
        "client", scope=["data.read", "data.write"], auto_refresh_url=f"{url}/token", token_updater=kept.append,
        auto_refresh_kwargs={"client_id": "client", "client_secret": "secret"},
        token={"access_token": "access-1", "refresh_token": "refresh-1", "token_type": "Bearer", "expires_in": -1,
               "scope": ["data.read", "data.write"]})
    for _ in range(2):
        try:
            session.get(f"{url}/api")
        except Warning as warning:
            raised.append((str(warning), warning.token["refresh_token"]))
    return list(sent), [token["refresh_token"] for token in kept], raised


for name in "requests-oauthlib", "oauthlib":
    print(name, importlib.metadata.version(name))
asked, kept, raised = use_twice()
print("refresh tokens sent:", asked, "handed to token_updater:", kept)
for text, token in raised:
    print(f"raised: {text} (it carries {token})")
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"
relaxed = use_twice()
print("with OAUTHLIB_RELAX_TOKEN_SCOPE=1, sent:", relaxed[0], "handed to token_updater:", relaxed[1])

if (asked, kept, [token for _, token in raised]) != (["refresh-1"] * 2, [], ["refresh-2"] * 2):
    sys.exit("CHANGED: what becomes of the new refresh token")
if relaxed != (["refresh-1"], ["refresh-2"], []):
    sys.exit("CHANGED: OAUTHLIB_RELAX_TOKEN_SCOPE")
END
