"""flask-dance: a Flask site acts for its user at an API."""

from visit import approved, followed, told

from flask import Flask
from flask_dance.consumer import OAuth2ConsumerBlueprint

case = told()
app = Flask(__name__)
app.secret_key = "for this test alone"
blueprint = OAuth2ConsumerBlueprint(
    "claviger", __name__, client_id=case.client_id, client_secret=case.client_secret, base_url=case.issuer,
    authorization_url=f"{case.issuer}/oauth2/authorize", token_url=f"{case.issuer}/oauth2/token",
    scope=case.scope.split(), redirect_url="/person", **case.settings)
app.register_blueprint(blueprint, url_prefix="/login")


@app.get("/person")
def person():
    return blueprint.session.get("/oauth2/userinfo").json()


client = app.test_client()
host = {"base_url": "http://127.0.0.1"}
url = client.get("/login/claviger", **host).location
answer = client.get(followed(approved(case, url)), **host)
assert answer.status_code == 302 and answer.location == "/person", (answer.status_code, answer.text[:400])
assert client.get("/person", **host).json["email"] == case.email
print("signed in")
