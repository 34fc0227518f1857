"""Authlib's Flask client: a user of a Flask site signs in with Claviger."""

from visit import approved, followed, told

from authlib.integrations.flask_client import OAuth
from flask import Flask

case = told()
app = Flask(__name__)
app.secret_key = "for this test alone"
oauth = OAuth(app)
oauth.register(
    "claviger", client_id=case.client_id, client_secret=case.client_secret,
    server_metadata_url=f"{case.issuer}/.well-known/openid-configuration",
    client_kwargs={"scope": case.scope, **case.settings})


@app.get("/login")
def login():
    return oauth.claviger.authorize_redirect(case.redirect_uri)


@app.get("/callback")
def callback():
    return dict(oauth.claviger.authorize_access_token()["userinfo"])


client = app.test_client()
host = {"base_url": "http://127.0.0.1"}
url = client.get("/login", **host).location
assert ("code_challenge=" in url) == ("code_challenge_method" in case.settings), url
claims = client.get(followed(approved(case, url)), **host).json
assert claims["preferred_username"] == case.email, claims
print("signed in")
