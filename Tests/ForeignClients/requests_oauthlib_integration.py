"""requests-oauthlib as an integration: client credentials."""

from visit import patient, told

from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

case = told()
session = patient(OAuth2Session(client=BackendApplicationClient(client_id=case.client_id, scope=["data.read"])))
session.fetch_token(f"{case.issuer}/oauth2/token", client_id=case.client_id, client_secret=case.client_secret)
answer = session.get(f"{case.issuer}/verify?scope=data.read")
assert answer.status_code == 200, answer.status_code
print("verified")
