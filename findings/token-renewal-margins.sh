#!/usr/bin/env bash
# Subject:   Authlib 1.9.9, google-auth 2.63.0, MSAL 1.39.0 (PyPI), with their defaults.
# Expected:  a client uses an access token until shortly before its end; seconds, perhaps.
# Real:      Authlib renews 60 seconds early, google-auth 225, MSAL 300. A token that lives no longer than that is
#            never used twice: each call of the API fetches a new one first.
# Matters:   short lifetimes are chosen for safety. At 200 seconds every call through google-auth or MSAL becomes two,
#            and with rotating refresh tokens each call spends one. Lifetimes under about six minutes cost the token
#            endpoint as many requests as the API gets.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check \
    Authlib==1.9.9 google-auth==2.63.0 msal==1.39.0 requests==2.34.2

timeout 60 env AUTHLIB_INSECURE_TRANSPORT=1 "$folder/python/bin/python" -W ignore - <<'END'
import http.server
import importlib.metadata
import json
import sys
import threading
import types

import google.auth.transport.requests
import google.oauth2.credentials
import msal
from authlib.integrations.requests_client import OAuth2Session

CALLS = 4
lifetime = 0
fetched = 0


def token():
    global fetched
    fetched += 1
    return {"access_token": f"token-{fetched}", "token_type": "Bearer", "expires_in": lifetime}


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(token())

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class InProcess:
    """MSAL insists on https, so it is given answers without a network."""

    issuer = "https://desk.example/tenant"

    def get(self, url, **_):
        return self.answer({
            "issuer": self.issuer,
            "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token",
        })

    def post(self, url, **_):
        return self.answer(token())

    def answer(self, value):
        return types.SimpleNamespace(
            status_code=200, headers={}, text=json.dumps(value), raise_for_status=lambda: None)

    def close(self):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


def authlib():
    session = OAuth2Session("client", "secret", token_endpoint=f"{url}/token", grant_type="client_credentials")
    session.fetch_token()
    for _ in range(CALLS):
        session.get(f"{url}/api")


def google_auth():
    session = google.auth.transport.requests.AuthorizedSession(google.oauth2.credentials.Credentials(
        None, refresh_token="refresh", token_uri=f"{url}/token", client_id="client", client_secret="secret"))
    for _ in range(CALLS):
        session.get(f"{url}/api")


def with_msal():
    client = msal.ConfidentialClientApplication(
        "client", client_credential="secret", oidc_authority=InProcess.issuer, http_client=InProcess())
    for _ in range(CALLS):
        assert "access_token" in client.acquire_token_for_client(scopes=["data.read"])


margins = {"Authlib": (authlib, 60), "google-auth": (google_auth, 225), "msal": (with_msal, 300)}
wrong = []
for name, (use, margin) in margins.items():
    for lifetime in 50, 200, 290, 320:
        fetched = 0
        use()
        version = importlib.metadata.version(name)
        print(f"{name:11} {version:7} tokens of {lifetime:3} s: {fetched} fetched for {CALLS} calls")
        if (fetched >= CALLS) != (lifetime <= margin) or (lifetime > margin and fetched != 1):
            wrong.append((name, lifetime, fetched))
if wrong:
    sys.exit(f"CHANGED: {wrong}")
END
