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

    def verified(self, token):
        """The headers that a backend gets of a token."""
        request = urllib.request.Request(self.walk.base + "/verify", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request) as answer:
            return answer.headers

    def contact(self, name):
        return self.walk.call("POST", f"/api/v1/organizations/{self.id}/contacts", {"name": name})["id"]

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
    # Both are found again, by who has just proved who they are; each look is told.
    with Browser(shots=walk.shots) as browser:
        company.sign_in(browser, company.holder)
        browser.open(company.address())
        browser.press("Show Secret Key")
        look(browser)
        browser.press("Show Secret Key")
        assert block(browser, "Secret Key") == secret
        look(browser)
        browser.shoot("f1-again")
        browser.find("[data-kept]").click()
        browser.press("Done")
        assert "Last seen" in browser.text and "by Holder" in browser.text, browser.text
        assert secret not in browser.driver.page_source
    events = walk.call("GET", f"/api/v1/organizations/{company.id}/audit-events?limit=200", None)["items"]
    assert [event["action"] for event in events].count("integration.secret-revealed") == 1, events
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
        contact = company.contact("Carla Carpenter")
        browser.press("Done")
        browser.press("Generate API Authorization Token")
        browser.press("Generate API Authorization Token")
        assert "the contact for whom the token acts" in browser.text, browser.text
        browser.find(f"option[value='{contact}']").click()
        assert "1 hour" in browser.text, browser.text
        look(browser)
        browser.press("Generate API Authorization Token")
        assert "3600 seconds" in browser.text, browser.text
        token = block(browser, "API Authorization Token")
        look(browser)
        browser.shoot("f2-token")
        assert "It acts for Carla Carpenter" in browser.text, browser.text
        assert company.verified(token)["X-Auth-Contact"] == contact
        browser.find("[data-kept]").click()
        browser.press("Done")
        assert block(browser, "Client ID") == client and token not in browser.driver.page_source


def f3(walk):
    """F3: a contact's access key is shown once; a token request without one is refused, and with it the token acts for them"""
    company = Company(walk)
    with Browser(shots=walk.shots) as browser:
        company.sign_in(browser, company.holder)
        client, secret = generate(company, browser)
        browser.press("Done")
        browser.press("Access Keys")
        assert "No contacts yet" in browser.text, browser.text
        look(browser)
        browser.shoot("f3-none")
        browser.press("Create contact")
        look(browser)
        browser.fill("name", "Carla Carpenter")
        browser.press("Create contact")
        assert browser.heading == "Carla Carpenter" and "No Access Keys yet" in browser.text, browser.text
        look(browser)
        contact = browser.url.rsplit("/", 1)[1]
        browser.press("Create Access Key")
        browser.fill("name", "Shop floor")
        look(browser)
        browser.press("Create Access Key")
        key = block(browser, "Access Key")
        assert key.startswith("amx_ak_"), key
        look(browser)
        browser.shoot("f3-once")
        browser.find("[data-kept]").click()
        browser.press("Done")
        assert key not in browser.driver.page_source and "Shop floor" in browser.text
        look(browser)
        browser.shoot("f3-contact")
        status, answer = company.token(client, secret)
        assert status == 400, answer
        status, answer = company.token(client, secret, access_key=key)
        assert status == 200, answer
        assert company.verified(answer["access_token"])["X-Auth-Contact"] == contact
        browser.open(f"{walk.base}/o/{company.id}/contacts")
        assert "Carla Carpenter" in browser.text
        look(browser)
        browser.shoot("f3-list")
        browser.press("See all Access Keys")
        assert "Shop floor" in browser.text and "Carla Carpenter" in browser.text, browser.text
        look(browser)
        browser.shoot("f3-access-keys")
        browser.open(f"{walk.base}/o/{company.id}/contacts")
        browser.press("Carla Carpenter")
        browser.find("[aria-label='Actions for Shop floor']").click()
        browser.press("Rotate")
        look(browser)
        browser.press("Rotate Access Key")
        other = block(browser, "Access Key")
        browser.find("[data-kept]").click()
        assert company.verify(answer["access_token"]) == 401
        assert company.token(client, secret, access_key=key)[0] in (400, 401)
        assert company.token(client, secret, access_key=other)[0] == 200
        browser.press("Done")
        browser.press("Disable")
        browser.press("Disable contact")
        assert "None of their Access Keys is accepted" in browser.text, browser.text
        assert company.token(client, secret, access_key=other)[0] in (400, 401)


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
