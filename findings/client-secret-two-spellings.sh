#!/usr/bin/env bash
# Subject:   client_secret_basic of requests-oauthlib 2.0.0, Authlib 1.9.9, confluent-kafka 2.16.1 (librdkafka) and
#            the MCP SDK 2.3.0 (PyPI).
# Expected:  the Basic header of a given id and secret is the same from every client.
# Real:      RFC 6749 section 2.3.1 has id and secret form-encoded first. The MCP SDK does so; the three others put
#            them in as they are. For the secret "a+b/c%3D" the header says a%2Bb%2Fc%253D in one case and a+b/c%3D in
#            the other.
# Matters:   a server that decodes, as the RFC says, reads the second as "a b/c=" and refuses a right secret; one that
#            does not decode refuses the first. Which clients work depends on the letters of the secret. Mint secrets
#            without + / % = and blanks (base64url without padding, or hexadecimal): then both spellings are one.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check \
    requests-oauthlib==2.0.0 oauthlib==4.0.1 Authlib==1.9.9 requests==2.34.2 \
    confluent-kafka==2.16.1 mcp==2.3.0

timeout 60 env OAUTHLIB_INSECURE_TRANSPORT=1 AUTHLIB_INSECURE_TRANSPORT=1 "$folder/python/bin/python" -W ignore - <<'END'
import asyncio
import base64
import http.server
import importlib.metadata
import json
import socket
import sys
import threading
import time
import urllib.parse

import authlib.integrations.requests_client
import confluent_kafka
import httpx2
import oauthlib.oauth2
import requests_oauthlib
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider

CLIENT = "client"
headers = []


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/.well-known/oauth-authorization-server":
            return self.answer(200, {
                "issuer": f"{url}/", "authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token",
                "response_types_supported": ["code"], "token_endpoint_auth_methods_supported": ["client_secret_basic"]})
        if self.path == "/mcp":
            return self.answer(200 if "Authorization" in self.headers else 401, {})
        return self.answer(404, {})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        headers.append(self.headers["Authorization"])
        self.answer(200, {"access_token": "token", "token_type": "Bearer", "expires_in": 600})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
broker = socket.create_server(("127.0.0.1", 0))


def with_requests_oauthlib(secret):
    session = requests_oauthlib.OAuth2Session(client=oauthlib.oauth2.BackendApplicationClient(CLIENT))
    session.fetch_token(f"{url}/token", client_id=CLIENT, client_secret=secret)


def with_authlib(secret):
    session = authlib.integrations.requests_client.OAuth2Session(CLIENT, secret)
    session.fetch_token(f"{url}/token", grant_type="client_credentials")


def with_librdkafka(secret):
    producer = confluent_kafka.Producer({
        "bootstrap.servers": f"127.0.0.1:{broker.getsockname()[1]}", "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanisms": "OAUTHBEARER", "sasl.oauthbearer.method": "oidc", "sasl.oauthbearer.client.id": CLIENT,
        "sasl.oauthbearer.client.secret": secret, "sasl.oauthbearer.token.endpoint.url": f"{url}/token",
        "error_cb": lambda _: None, "log_level": 0})
    end = time.monotonic() + 5
    while not headers and time.monotonic() < end:
        producer.poll(0.1)


class Storage:
    async def get_tokens(self):
        return None

    async def set_tokens(self, tokens):
        pass

    async def get_client_info(self):
        return None

    async def set_client_info(self, client):
        pass


def with_mcp(secret):
    async def call():
        provider = ClientCredentialsOAuthProvider(
            server_url=f"{url}/mcp", storage=Storage(), client_id=CLIENT, client_secret=secret, issuer=f"{url}/")
        async with httpx2.AsyncClient(auth=provider) as client:
            await client.get(f"{url}/mcp")

    asyncio.run(call())


clients = {"requests-oauthlib": with_requests_oauthlib, "Authlib": with_authlib,
           "confluent-kafka": with_librdkafka, "mcp": with_mcp}
wrong = []
for secret in "a+b/c%3D", "only-Letters_and-digits_42":
    for name, use in clients.items():
        headers.clear()
        use(secret)
        sent = base64.b64decode(headers[0].removeprefix("Basic ")).decode().removeprefix(f"{CLIENT}:")
        decoded = urllib.parse.unquote_plus(sent)
        version = importlib.metadata.version(name)
        print(f"{name:17} {version:6} {secret} is sent as {sent}, which the RFC reads as {decoded}")
        expected = urllib.parse.quote(secret, safe="") if name == "mcp" else secret
        if sent != expected:
            wrong.append((name, secret, sent))
if wrong:
    sys.exit(f"CHANGED: {wrong}")
END
