"""Authlib as an integration: client credentials, with a token that is renewed by itself."""

from visit import patient, told

from authlib.integrations.requests_client import OAuth2Session

case = told()
session = patient(OAuth2Session(
    case.client_id, case.client_secret, scope="data.read", token_endpoint=f"{case.issuer}/oauth2/token",
    grant_type="client_credentials"))
session.fetch_token()
first = session.token["access_token"]
answer = session.get(f"{case.issuer}/verify?scope=data.read")
assert answer.status_code == 200, answer.status_code
session.token["expires_at"] = 1
assert session.get(f"{case.issuer}/verify?scope=data.read").status_code == 200
assert session.token["access_token"] != first
print("verified")
