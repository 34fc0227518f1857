"""Apps to which a user consents, and their tokens."""

import asyncio
import base64
import hashlib
import secrets
import urllib.parse

from proof.credentials import SCOPE
from proof.setting import give_up
from proof.wire import request

REDIRECT = "https://app.example/callback"


async def app(installation, name):
    """The client id and secret of a fresh app."""
    made = await installation.desk.make(
        f"/api/v1/organizations/{installation.account}/apps",
        {"name": name, "redirect_uris": [REDIRECT], "scopes": [SCOPE]})
    return made["client_id"], made["client_secret"]


async def authorized(installation, visitor, client):
    """The request by which an app exchanges a code that the admin consented to, by the way that a browser goes."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = urllib.parse.urlencode({
        "response_type": "code", "client_id": client[0], "redirect_uri": REDIRECT, "scope": SCOPE,
        "state": "proof", "code_challenge": challenge, "code_challenge_method": "S256"})
    page = await asyncio.to_thread(
        visitor.consent, f"/oauth2/authorize?{query}", installation.ADMIN, installation.password)
    if page.away is None or "code" not in page.parameters:
        give_up(f"no code came: {page.status} {page.away or page.url} {page.text[:400]}")
    return urllib.parse.urlencode({
        "grant_type": "authorization_code", "code": page.parameters["code"], "redirect_uri": REDIRECT,
        "code_verifier": verifier})


async def consented(installation, visitor, client):
    """The first pair of tokens of an app at the admin."""
    form = await authorized(installation, visitor, client)
    return await installation.desk.make("/oauth2/token", form=form, client=client)


def refresh(client, token):
    """The request by which an app refreshes."""
    form = urllib.parse.urlencode({"grant_type": "refresh_token", "refresh_token": token})
    return request("POST", "/oauth2/token", form=form, client=client)
