"""The MCP SDK as a client of an API behind Claviger: it asks for the scopes that the challenge names, and for no more."""

import asyncio
import base64
import http.server
import json
import threading
import urllib.error
import urllib.parse
import urllib.request

from visit import approved, told

from proof.again import opened

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

case = told()


def ask(path, body=None, headers={}):
    request = urllib.request.Request(f"{case.issuer}{path}", body, headers)
    with opened(request) as answer:
        return json.load(answer)


class API(http.server.BaseHTTPRequestHandler):
    """An API with metadata of its own (RFC 9728), which passes on the challenge of `/verify`."""

    def do_GET(self):
        here = f"http://127.0.0.1:{self.server.server_port}"
        if self.path.startswith("/.well-known/oauth-protected-resource"):
            self.answer(200, {"resource": here, "authorization_servers": [case.issuer]})
        elif token := (self.headers["Authorization"] or "").removeprefix("Bearer "):
            pair = f"{backend['client_id']}:{backend['client_secret']}"
            told = ask(
                "/oauth2/introspect", urllib.parse.urlencode({"token": token}).encode(),
                {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})
            self.answer(200 if told["active"] else 401, told)
        else:
            try:
                ask("/verify?scope=data.read")
            except urllib.error.HTTPError as refusal:
                self.answer(refusal.code, {}, refusal.headers["WWW-Authenticate"])

    def answer(self, status, body, challenge=None):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Kept:
    """What the SDK keeps: the app as it was registered, and its tokens."""

    tokens = None
    client = OAuthClientInformationFull(
        client_id=case.client_id, client_secret=case.client_secret, redirect_uris=[case.redirect_uri],
        token_endpoint_auth_method="client_secret_post")

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), API)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
backend = ask(
    "/api/v1/resource-servers", json.dumps({"name": "API", "audiences": [address]}).encode(),
    {"Authorization": f"Bearer {case.operator_key}", "Content-Type": "application/json"})
asked = []


async def show(url):
    asked.append(urllib.parse.parse_qs(urllib.parse.urlsplit(url).query))
    asked[0]["answer"] = await asyncio.to_thread(approved, case, url)


async def answer():
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(asked[0]["answer"]).query)
    return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0], iss=query["iss"][0])


async def run():
    kept = Kept()
    provider = OAuthClientProvider(
        address, OAuthClientMetadata(client_name="Test", redirect_uris=[case.redirect_uri]), kept, show, answer)
    async with httpx2.AsyncClient(auth=provider) as client:
        reply = await client.get(f"{address}/orders")
    assert reply.status_code == 200, (reply.status_code, reply.text)
    assert asked[0]["scope"] == ["data.read"], asked
    # The SDK writes the slash that nobody registered.
    assert asked[0]["resource"][0].rstrip("/") == address, asked
    assert kept.tokens.scope == "data.read", kept.tokens.scope


asyncio.run(run())
print("asked for what is wanted")
