"""Walkthrough F, each step by its name: the one Client ID and Secret Key of a company, in a browser, with the product of its
document."""

import base64
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

from browser import Browser, Walk, run

PASSWORD = "correct horse battery 1"
PAIR = "Client ID and Secret Key"


class Company:
    """A company of its own, with people who have the Integrations permissions or none."""

    def __init__(self, walk):
        self.walk = walk
        self.name = f"Walnut & Sons {uuid.uuid4().hex[:6]}"
        self.id = walk.call("POST", "/api/v1/accounts", {"name": self.name})["id"]
        self.holder = self.person("holder", ["edit-integrations", "manage-the-api-key"])
        self.nobody = self.person("nobody", [])

    def person(self, name, permissions):
        email = f"{name}-{uuid.uuid4().hex[:8]}@example.com"
        self.walk.call("POST", f"/api/v1/organizations/{self.id}/members", {
            "email": email, "name": name.capitalize(), "roles": ["contact"], "permissions": permissions,
            "password": PASSWORD})
        return email

    def sign_in(self, browser, email):
        browser.open(f"{self.walk.base}/sign-in")
        browser.fill("email", email)
        browser.fill("password", PASSWORD)
        browser.press("Sign in")

    def address(self, path=""):
        return f"{self.walk.base}/o/{self.id}/client{path}"

    def token(self, client, secret, **further):
        body = urllib.parse.urlencode({"grant_type": "client_credentials"} | further).encode()
        request = urllib.request.Request(self.walk.base + "/oauth/token", body, {
            "Authorization": "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def verify(self, token):
        request = urllib.request.Request(self.walk.base + "/verify", headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


def block(browser, label):
    """What stands in the block of code with this label."""
    return browser.find(f"pre[aria-label='{label}']").get_property("textContent")


def look(browser):
    assert browser.is_within(), f"something sticks out on {browser.url}"
    assert browser.barriers() == [], (browser.url, browser.barriers())
    assert browser.complaints() == [], browser.complaints()


def generate(company, browser):
    browser.open(company.address())
    browser.press(f"Generate {PAIR}")
    assert "Do this once" in browser.text, browser.text
    browser.press(f"Generate {PAIR}")
    pair = block(browser, "Client ID"), block(browser, "Secret Key")
    assert pair[0].startswith("int_") and pair[1].startswith("amx_cs_"), pair
    browser.find("[data-kept]").click()
    return pair


def f1(walk):
    """F1: the page is for who has the permissions; a page explains, and both are generated"""
    company = Company(walk)
    with Browser(shots=walk.shots) as browser:
        company.sign_in(browser, company.nobody)
        assert "Integrations" not in browser.text, browser.text
        browser.open(company.address())
        assert browser.heading == "Page not found", browser.text
    for size in [(360, 740), (1280, 900)]:
        for dark in [False, True]:
            with Browser(size=size, dark=dark, shots=walk.shots) as browser:
                company = Company(walk)
                company.sign_in(browser, company.holder)
                browser.open(company.address())
                assert f"No {PAIR} yet" in browser.text, browser.text
                look(browser)
                browser.shoot("f1-empty")
                browser.press(f"Generate {PAIR}")
                look(browser)
                browser.shoot("f1-question")
                client, secret = generate(company, browser)
                look(browser)
                browser.shoot("f1-once")
                browser.press("Done")
                assert block(browser, "Client ID") == client
                assert secret not in browser.driver.page_source
                look(browser)
                browser.shoot("f1-page")
    status, answer = company.token(client, secret)
    assert status in (200, 400), answer
    # Whoever comes to the page of the question again is led to what there is.
    with Browser() as browser:
        company.sign_in(browser, company.holder)
        browser.open(company.address("/generate"))
        assert browser.url == company.address(), browser.url


def f2(walk):
    """F2: an authorization token is good for 3,600 seconds, and is generated alone"""
    company = Company(walk)
    with Browser(shots=walk.shots) as browser:
        company.sign_in(browser, company.holder)
        client, _ = generate(company, browser)
        browser.press("Done")
        browser.press("Generate API Authorization Token")
        assert "1 hour" in browser.text, browser.text
        look(browser)
        browser.press("Generate API Authorization Token")
        assert "3600 seconds" in browser.text, browser.text
        token = block(browser, "API Authorization Token")
        look(browser)
        browser.shoot("f2-token")
        assert company.verify(token) == 200
        browser.find("[data-kept]").click()
        browser.press("Done")
        assert block(browser, "Client ID") == client and token not in browser.driver.page_source


def f4(walk):
    """F4: to regenerate, the company's name is typed, and what would break is told"""
    company = Company(walk)
    with Browser(shots=walk.shots) as browser:
        company.sign_in(browser, company.holder)
        client, secret = generate(company, browser)
        browser.press("Done")
        browser.press("Regenerate…")
        assert "never used" in browser.text, browser.text
        look(browser)
        browser.shoot("f4-question")
        browser.find("[name=way][value=both]").click()
        browser.fill("typed", "Walnut")
        browser.press("Regenerate")
        assert "Type the name as it stands there" in browser.text, browser.text
        assert browser.find("[name=way][value=both]").is_selected()
        look(browser)
        assert browser.find("[name=typed]").get_attribute("value") == "Walnut"
        browser.fill("typed", company.name)
        browser.press("Regenerate")
        other = block(browser, "Client ID"), block(browser, "Secret Key")
        assert other[0] != client and other[1] != secret, other
        browser.find("[data-kept]").click()
        assert company.token(client, secret)[1]["error"] == "invalid_client"
        assert company.token(*other)[1].get("error") != "invalid_client"
        # The secret alone, and the old one works on.
        browser.press("Done")
        browser.press("Regenerate…")
        browser.find("[name=way][value='86400']").click()
        browser.fill("typed", f"  {company.name} ")
        browser.press("Regenerate")
        third = block(browser, "Client ID"), block(browser, "Secret Key")
        assert third[0] == other[0] and third[1] != other[1], third
        browser.find("[data-kept]").click()
        for pair in [other, third]:
            assert company.token(*pair)[1].get("error") != "invalid_client"


if __name__ == "__main__":
    step = sys.argv.pop(2)
    run([globals()[step]])
