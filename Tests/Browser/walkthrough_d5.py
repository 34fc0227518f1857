"""Walkthrough D5, each step by its name: a workspace's admins make an app, see who let it, and take that back, in a browser,
with the product of its document."""

import base64
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

from selenium.webdriver.support.ui import WebDriverWait

from browser import CHALLENGE, PATIENCE, VERIFIER, Browser, Callback, Walk, run

PASSWORD = "correct horse battery 1"
SIZES = [((360, 740), False), ((360, 740), True), ((1280, 900), False), ((1280, 900), True)]


class Workspace:
    """A workspace of its own with an admin, an editor and, on request, an app."""

    def __init__(self, walk):
        self.walk = walk
        self.id = walk.call("POST", "/api/v1/accounts", {"name": f"Corner Cafe {uuid.uuid4().hex[:6]}"})["id"]
        self.admin = self.person("Ada Admin", "admin")
        self.editor = self.person("Eddie Editor", "editor")

    def person(self, name, role):
        email = f"{role}-{uuid.uuid4().hex[:8]}@example.com"
        self.walk.call("POST", f"/api/v1/organizations/{self.id}/members", {
            "email": email, "name": name, "roles": [role], "password": PASSWORD})
        return email

    def make_app(self, uri, name="Post Planner"):
        made = self.walk.call("POST", f"/api/v1/organizations/{self.id}/apps", {
            "name": name, "redirect_uris": [uri], "scopes": ["analytics.read", "posts.write"]})
        self.app, self.client = made["client_id"], (made["client_id"], made["client_secret"])

    def sign_in(self, browser, email):
        browser.open(f"{self.walk.base}/sign-in")
        browser.fill("email", email)
        browser.fill("password", PASSWORD)
        browser.press("Sign in")

    def address(self, path):
        return f"{self.walk.base}/o/{self.id}{path}"

    def call(self, method, path, form=None, client=None, bearer=None):
        headers = {"X-Altyaa-Workspace": self.id}
        if client:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(client).encode()).decode()
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.walk.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def consent(self, browser, callback):
        """The tokens that the app gets once whoever is signed in has approved."""
        callback.calls.clear()
        query = urllib.parse.urlencode({
            "response_type": "code", "client_id": self.app, "redirect_uri": callback.uri, "scope":
            "analytics.read posts.write", "state": "s", "code_challenge": CHALLENGE, "code_challenge_method": "S256"})
        browser.open(f"{self.walk.base}/oauth/authorize?{query}")
        browser.approve()
        status, tokens = self.call("POST", "/oauth/token", {
            "grant_type": "authorization_code", "code": callback.last()["code"], "redirect_uri": callback.uri,
            "code_verifier": VERIFIER}, client=self.client)
        assert status == 200, tokens
        return tokens

    def works(self, tokens):
        return self.call("GET", "/verify?scope=analytics.read", bearer=tokens["access_token"])[0]

    def refresh(self, tokens):
        return self.call("POST", "/oauth/token", {
            "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}, client=self.client)[1].get("error")


def look(browser, name):
    assert browser.is_within(), f"something sticks out on {browser.url}"
    assert browser.barriers() == [], (browser.url, browser.barriers())
    assert browser.complaints() == [], browser.complaints()
    browser.shoot(f"d5-{name}")


def consents(walk):
    """Workspace Settings, Integrations, Consents: one is removed, and the next call is refused"""
    with Callback() as app:
        workspace = Workspace(walk)
        workspace.make_app(app.uri)
        with Browser(shots=walk.shots) as user:
            workspace.sign_in(user, workspace.editor)
            tokens = workspace.consent(user, app)
        assert workspace.works(tokens) == 200
        for size, dark in SIZES:
            with Browser(size=size, dark=dark, shots=walk.shots) as browser:
                workspace.sign_in(browser, workspace.admin)
                browser.open(workspace.address("/consents"))
                for words in ["Post Planner", "Eddie Editor"]:
                    assert words in browser.text, browser.text
                look(browser, "consents")
                browser.press("Post Planner")
                assert "Access that Eddie Editor gave" in browser.text and "Read analytics" in browser.text, browser.text
                look(browser, "consent")
        with Browser(shots=walk.shots) as browser:
            workspace.sign_in(browser, workspace.admin)
            browser.find(".profile > summary").click()
            browser.press("Workspace Settings")
            assert browser.find(".side [aria-current]").text == "Integrations", browser.text
            browser.press("Consents")
            assert browser.url == workspace.address("/consents"), browser.url
            browser.open(workspace.address("/consents?q=nobody"))
            assert "Nothing matches" in browser.text, browser.text
            look(browser, "nothing-matches")
            browser.open(workspace.address("/consents?q=eddie"))
            browser.press("Post Planner")
            browser.press("Remove access")
            assert "Remove access of Post Planner?" in browser.text, browser.text
            look(browser, "removal")
            assert workspace.works(tokens) == 200, "To look ends nothing."
            browser.press("Remove access")
            assert "Access removed." in browser.text and "No consents yet" in browser.text, browser.text
            look(browser, "no-consents")
        assert workspace.works(tokens) == 401
        assert workspace.refresh(tokens) == "invalid_grant"


def all_of_an_app(walk):
    """all that people let an app do is removed at once, and what they let others do is not"""
    with Callback() as app:
        workspace = Workspace(walk)
        workspace.make_app(app.uri, "Other")
        other = workspace.client
        with Browser() as user:
            workspace.sign_in(user, workspace.editor)
            kept = workspace.consent(user, app)
            workspace.make_app(app.uri)
            tokens = [workspace.consent(user, app)]
        with Browser() as user:
            workspace.sign_in(user, workspace.admin)
            tokens.append(workspace.consent(user, app))
            user.open(workspace.address("/consents"))
            user.find("[aria-label^='Actions for Post Planner']").click()
            user.press("All of Post Planner")
            assert user.heading == "Who let Post Planner", user.text
            assert "Ada Admin" in user.text and "Eddie Editor" in user.text, user.text
            look(user, "of-app")
            user.press("Remove all")
            assert "2 people have given it access, and 2 refresh tokens are in force" in user.text, user.text
            look(user, "remove-all")
            user.press("Remove all access")
            assert "Other" in user.text and "Post Planner" not in user.find("main").text, user.text
        assert [workspace.works(one) for one in tokens] == [401, 401]
        assert workspace.works(kept) == 200 and other


def nobody_else(walk):
    """who may not look after apps sees no section, and gets what does not exist by its address"""
    workspace, other = Workspace(walk), Workspace(walk)
    workspace.make_app("https://app.example.com/back")
    with Browser() as browser:
        workspace.sign_in(browser, workspace.editor)
        for path in ["/apps", "/consents", f"/apps/{workspace.app}", "/apps/new"]:
            browser.open(workspace.address(path))
            assert browser.heading == "Page not found", browser.text
    with Browser() as browser:
        other.sign_in(browser, other.admin)
        for place in [workspace, other]:
            for path in ["", "/secrets", "/settings", "/consent-page", "/delete", "/new-secret"]:
                browser.open(place.address(f"/apps/{workspace.app}{path}"))
                assert browser.heading == "Page not found", browser.text


def making(walk):
    """an app is made: each address is checked with its reason, the consent page is seen beforehand, secrets come and go"""
    workspace = Workspace(walk)
    for size, dark in SIZES:
        with Browser(size=size, dark=dark, shots=walk.shots) as browser:
            workspace.sign_in(browser, workspace.admin)
            browser.open(workspace.address("/apps/new"))
            look(browser, "new-app")
            browser.fill("name", "Post Planner")
            browser.fill("'redirect_uris.0'", "http://app.example.com/back")
            browser.fill("'redirect_uris.1'", "https://app.example.com/back#top")
            browser.press("Create app")
            assert "http is for 127.0.0.1, [::1] and localhost alone. Use https." in browser.text, browser.text
            assert "A redirect URI has no fragment" in browser.text, browser.text
            assert "Must name at least one scope." in browser.text, browser.text
            assert browser.find("[name='redirect_uris.0']").get_attribute("value") == "http://app.example.com/back"
            look(browser, "new-app-wrong")
    with Browser(shots=walk.shots) as browser:
        workspace.sign_in(browser, workspace.admin)
        browser.open(workspace.address("/apps"))
        assert "No apps yet" in browser.text, browser.text
        look(browser, "no-apps")
        browser.press("Create app")
        browser.fill("name", "Post Planner")
        told = lambda: browser.find("[data-wrong]").text
        browser.fill("'redirect_uris.0'", "http://app.example.com/back?state=1")
        WebDriverWait(browser.driver, PATIENCE).until(lambda _: "http is for 127.0.0.1" in told())
        browser.fill("'redirect_uris.0'", "https://app.example.com/back?state=1")
        WebDriverWait(browser.driver, PATIENCE).until(lambda _: "only the answer may have" in told())
        look(browser, "new-app-typing")
        browser.fill("'redirect_uris.0'", "http://127.0.0.1:7777/back")
        WebDriverWait(browser.driver, PATIENCE).until(lambda _: told() == "")
        browser.press("Add more")
        assert browser.find("[name='redirect_uris.0']").get_attribute("value") == "http://127.0.0.1:7777/back"
        browser.find("[name='scope.analytics.read']").click()
        browser.find("[name='scope.posts.write']").click()
        browser.press("Create app")
        app, secret = block(browser, "Client ID"), block(browser, "Client secret")
        assert app.startswith("app_") and secret.startswith("aly_cs_"), (app, secret)
        look(browser, "app-secret")
        browser.find("[data-kept]").click()
        browser.press("Done")
        assert secret not in browser.driver.page_source
        assert "leads to the user’s own machine" in browser.text, browser.text
        look(browser, "app-local")
        browser.press("Settings")
        browser.fill("'redirect_uris.1'", "https://planner.example.com/back")
        look(browser, "app-settings")
        browser.press("Save changes")
        assert "Changes saved" in browser.text, browser.text
        browser.press("Consent page")
        assert "Post Planner wants to access your Altyaa account" in browser.text, browser.text
        assert "Opens an app on this device (127.0.0.1:7777)" in browser.text, browser.text
        browser.press("https://planner.example.com/back")
        assert "planner.example.com" in browser.find(".card").text, browser.text
        look(browser, "app-consent-page")
        browser.press("Client secrets")
        assert "Never used" in browser.text, browser.text
        browser.press("Add a client secret")
        browser.find("[name=overlap][value='3600']").click()
        look(browser, "app-new-secret")
        browser.press("Add client secret")
        second = block(browser, "Client secret")
        assert second != secret
        browser.find("[data-kept]").click()
        browser.press("Done")
        look(browser, "app-two-secrets")
        for one in [secret, second]:
            status, _ = workspace.call("POST", "/oauth/token/introspect", {"token": "x"}, client=(app, one))
            assert status == 200, status
        browser.press("End now")
        browser.press("End client secret")
        assert "no longer works" in browser.text, browser.text
        status, _ = workspace.call("POST", "/oauth/token/introspect", {"token": "x"}, client=(app, secret))
        assert status == 401, status
        browser.open(workspace.address(f"/apps/{app}/delete"))
        assert "Nobody gives it access at the moment." in browser.text, browser.text
        look(browser, "app-delete")
        browser.press("Delete app")
        assert "App deleted." in browser.text and "No apps yet" in browser.text, browser.text


def block(browser, label):
    return browser.find(f"pre[aria-label='{label}']").get_property("textContent")


if __name__ == "__main__":
    step = sys.argv.pop(2)
    run([globals()[step]])
