"""Authlib as the client: metadata, code with PKCE, ID token, userinfo, refresh, introspection, revocation."""

from visit import approved, patient, told

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.common.security import generate_token
from joserfc import jwt
from joserfc.jwk import KeySet

case = told()
web = patient(requests.Session())
metadata = web.get(f"{case.issuer}/.well-known/openid-configuration", timeout=60).json()
assert metadata["issuer"] == case.issuer
session = patient(OAuth2Session(
    case.client_id, case.client_secret or None, scope=case.scope, redirect_uri=case.redirect_uri,
    token_endpoint_auth_method=case.method, code_challenge_method="S256",
    revocation_endpoint_auth_method=case.method, introspection_endpoint_auth_method=case.method))
verifier, nonce = generate_token(48), generate_token(16)
url, state = session.create_authorization_url(
    metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)

response = approved(case, url)
token = session.fetch_token(
    metadata["token_endpoint"], authorization_response=response, code_verifier=verifier, state=state)
assert token["token_type"] == "Bearer" and token["refresh_token"], sorted(token)
print("code exchanged")

keys = KeySet.import_key_set(web.get(metadata["jwks_uri"], timeout=60).json())
decoded = jwt.decode(token["id_token"], keys, algorithms=[case.algorithm])
assert decoded.header["alg"] == case.algorithm
claims = CodeIDToken(
    decoded.claims, decoded.header,
    {"iss": {"value": case.issuer}, "aud": {"value": case.client_id}, "nonce": {"value": nonce}},
    {"nonce": nonce, "client_id": case.client_id, "access_token": token["access_token"]})
claims.validate()
assert claims["at_hash"]
print("ID token valid")

person = session.get(metadata["userinfo_endpoint"]).json()
assert person["sub"] == claims["sub"] and person["email"] == case.email, person
print("userinfo read")

spent, old = token["refresh_token"], token["access_token"]
token = session.refresh_token(metadata["token_endpoint"])
assert token["refresh_token"] != spent and token["access_token"] != old
print("refreshed")

if case.method != "none":
    answer = session.introspect_token(metadata["introspection_endpoint"], token=token["access_token"]).json()
    assert answer["active"] and answer["client_id"] == case.client_id and answer["sub"] == person["sub"], answer
    print("introspected")

answer = session.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"])
assert answer.status_code == 200, answer.text
answer = web.get(
    metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {token['access_token']}"}, timeout=60)
assert answer.status_code == 401, answer.text
try:
    session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
    raise AssertionError("a revoked refresh token was accepted")
except OAuthError as error:
    assert error.error == "invalid_grant", error
print("revoked")
