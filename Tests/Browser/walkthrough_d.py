"""Walkthrough D from its first step to its last, with the product of its document: the user in a browser, the app and the
backend over HTTP."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request

from browser import VERIFIER, Browser, Callback, Walk, run

SCOPES = "analytics.read posts.write"


class Desk:
    """The app, the backend of the operator and the workspace's admin, as far as they call the server."""

    def __init__(self, walk):
        self.walk = walk
        self.client = (walk.demo["app"]["client_id"], walk.demo["app"]["client_secret"])
        self.backend = (walk.demo["resource_server"]["client_id"], walk.demo["resource_server"]["client_secret"])

    def call(self, method, path, body=None, client=None, bearer=None, **headers):
        if client:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(client).encode()).decode()
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        data = urllib.parse.urlencode(body).encode() if body is not None else None
        request = urllib.request.Request(
            self.walk.base + path, data, {name.replace("_", "-"): value for name, value in headers.items()}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null"), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null"), error.headers

    def token(self, **form):
        return self.call("POST", "/oauth/token", form, client=self.client)[:2]

    def exchange(self, code, uri):
        return self.token(grant_type="authorization_code", code=code, redirect_uri=uri, code_verifier=VERIFIER)

    def refresh(self, token):
        return self.token(grant_type="refresh_token", refresh_token=token)

    def introspect(self, token):
        return self.call("POST", "/oauth/token/introspect", {"token": token}, client=self.backend)[1]

    def verify(self, token, scope="analytics.read"):
        headers = {"X_Altyaa_Workspace": self.walk.demo["account_id"]}
        return self.call("GET", f"/verify?scope={scope}", bearer=token, **headers)[0]


def consented(walk, app, browser):
    """The code that the app is given, once the user has signed in and approved."""
    app.calls.clear()
    browser.open(walk.authorization(app.uri, path="/oauth/authorize", scope=SCOPES, prompt="consent"))
    if browser.heading.startswith("Sign in"):
        walk.sign_in(browser)
    for words in ["Sample App", "Example Ltd", "Read analytics", "Publish posts"]:
        assert words in browser.text, browser.text
    browser.approve()
    answer = app.last()
    assert answer["state"] == "st-1 &=" and answer["iss"] == walk.base, answer
    return answer["code"]


def whole(walk: Walk):
    """codes, tokens, refreshes and their ends, as the document tells them and beyond"""
    desk = Desk(walk)
    with Callback() as app, Browser(shots=walk.shots) as browser:
        # 3: a code gives an hour and sixty days, once.
        code = consented(walk, app, browser)
        status, first = desk.exchange(code, app.uri)
        assert status == 200 and first["expires_in"] == 3600, first
        assert set(first["scope"].split()) == set(SCOPES.split()), first
        assert desk.verify(first["access_token"]) == 200 and desk.verify(first["access_token"], "posts.write") == 200
        assert desk.verify(first["access_token"], "media.read") == 403
        assert desk.exchange(code, app.uri)[1]["error"] == "invalid_grant"
        assert desk.refresh(first["refresh_token"])[1]["error"] == "invalid_grant"
        assert desk.verify(first["access_token"]) == 401

        # 4: a refresh gives a new pair, the same again if it is asked at once, and ends everything for a thief.
        _, pair = desk.exchange(consented(walk, app, browser), app.uri)
        status, second = desk.refresh(pair["refresh_token"])
        assert status == 200 and second["refresh_token"] != pair["refresh_token"], second
        assert desk.refresh(pair["refresh_token"]) == (200, second)
        status, third = desk.refresh(second["refresh_token"])
        assert status == 200
        assert desk.refresh(pair["refresh_token"])[1]["error"] == "invalid_grant"
        assert desk.refresh(third["refresh_token"])[1]["error"] == "invalid_grant"
        assert desk.verify(third["access_token"]) == 401
        events = desk.call(
            "GET", f"/api/v1/organizations/{walk.demo['account_id']}/audit-events?limit=200",
            bearer=walk.demo["operator_key"])[1]["items"]
        assert sum(event["action"] == "refresh-lineage.reuse-detected" for event in events) == 2

        # 5: introspection tells workspace and scopes; the admin revokes, and the next call is refused.
        _, pair = desk.exchange(consented(walk, app, browser), app.uri)
        answer = desk.introspect(pair["access_token"])
        assert answer["active"] and answer["organization_id"] == walk.demo["account_id"], answer
        assert set(answer["scope"].split()) == set(SCOPES.split()) and answer["username"] == walk.email, answer
        grants = f"/api/v1/organizations/{walk.demo['account_id']}/grants"
        grant, = desk.call("GET", grants, bearer=walk.demo["operator_key"])[1]["items"]
        assert desk.call("DELETE", f"{grants}/{grant['id']}", bearer=walk.demo["operator_key"])[0] == 204
        assert desk.introspect(pair["access_token"]) == {"active": False}
        assert desk.verify(pair["access_token"]) == 401
        assert desk.refresh(pair["refresh_token"])[1]["error"] == "invalid_grant"

        # The user finds their own consent, and takes it back.
        _, pair = desk.exchange(consented(walk, app, browser), app.uri)
        browser.open(f"{walk.base}/account/apps")
        browser.press("Remove")
        browser.press("Remove access")
        assert "No apps yet" in browser.text, browser.text
        assert desk.verify(pair["access_token"]) == 401
        assert browser.complaints() == [], browser.complaints()


if __name__ == "__main__":
    run([whole])
