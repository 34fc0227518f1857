"""httpx-oauth, which fastapi-users signs users in with."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from visit import approved, told

from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from httpx_oauth.clients.openid import OpenID

case = told()
client = OpenID(case.client_id, case.client_secret, f"{case.issuer}/.well-known/openid-configuration")


async def run():
    verifier = generate_token(48)
    url = await client.get_authorization_url(
        case.redirect_uri, state="s", scope=case.scope.split(),
        code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256")
    answer = parse_qs(urlsplit(await asyncio.to_thread(approved, case, url)).query)
    assert answer["state"] == ["s"], answer
    token = await client.get_access_token(answer["code"][0], case.redirect_uri, verifier)
    identifier, email = await client.get_id_email(token["access_token"])
    assert identifier.startswith("mem_") and email == case.email, (identifier, email)
    token = await client.refresh_token(token["refresh_token"])
    assert (await client.get_id_email(token["access_token"]))[0] == identifier


asyncio.run(run())
print("signed in")
