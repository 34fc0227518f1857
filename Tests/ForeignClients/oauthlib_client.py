"""requests-oauthlib as the client: code with PKCE and refresh, by a web application."""

from visit import approved, patient, told

from oauthlib.oauth2 import InvalidGrantError, WebApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

case = told()
session = patient(OAuth2Session(
    client=WebApplicationClient(case.client_id), scope=case.scope.split(), redirect_uri=case.redirect_uri, pkce="S256"))
url, state = session.authorization_url(f"{case.issuer}/oauth2/authorize")

response = approved(case, url)
authentication = HTTPBasicAuth(case.client_id, case.client_secret)
token = session.fetch_token(f"{case.issuer}/oauth2/token", authorization_response=response, auth=authentication)
assert set(token["scope"]) == set(case.scope.split()), token["scope"]
print("code exchanged")

assert session.get(f"{case.issuer}/verify?scope={case.scope.split()[0]}").status_code == 200
print("used")

spent = token["refresh_token"]
token = session.refresh_token(f"{case.issuer}/oauth2/token", auth=authentication)
assert token["refresh_token"] != spent
token = session.refresh_token(f"{case.issuer}/oauth2/token", auth=authentication)
print("refreshed")

try:
    session.refresh_token(f"{case.issuer}/oauth2/token", refresh_token=spent, auth=authentication)
    raise AssertionError("an old refresh token was accepted")
except InvalidGrantError:
    pass
assert session.get(f"{case.issuer}/verify").status_code == 401
print("theft noticed")
