"""Takes the pictures of docs/pages.md. `pictures.py FOLDER CREDENTIALS`

The demonstration gets some more sample data first, so that lists look as lists do. No picture shows a secret."""

import base64
import json
import pathlib
import sys
import urllib.request

from browser import Browser
from small_png import smaller

SIZE = (1040, 640)
MOST_BYTES = 80_000


class Desk:
    def __init__(self, demo):
        self.demo = demo
        self.base, self.account = demo["issuer"], demo["account_id"]
        self.europe = demo["organizations"].get("Europe", self.account)
        self.secrets = [demo["operator_key"], demo["admin"]["password"]]

    def make(self, path, body, organization=None):
        """What the management API makes, whose secrets no picture may show."""
        request = urllib.request.Request(
            f"{self.base}/api/v1/organizations/{organization or self.account}/{path}", json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.demo['operator_key']}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            made = json.load(answer)
        self.secrets += [made[name] for name in ("key", "client_secret", "access_key", "password") if made.get(name)]
        return made

    def use_key(self, key):
        urllib.request.urlopen(urllib.request.Request(
            f"{self.base}/verify", headers={"Authorization": f"Bearer {key}"})).close()

    def use_client(self, made):
        basic = base64.b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
        urllib.request.urlopen(urllib.request.Request(
            f"{self.base}/oauth2/token", b"grant_type=client_credentials",
            headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"})).close()

    def furnish(self):
        """Sample data, and the integration and app that pictures are of."""
        scopes = ["data.read"]
        sap = self.make("integrations", {"label": "SAP stock sync", "scopes": scopes})
        self.use_client(sap)
        self.make("integrations", {"label": "Nightly report", "scopes": scopes}, self.europe)
        self.use_client(self.make("integrations", {"label": "Warehouse export", "scopes": scopes}, self.europe))
        for name, days, organization in [("Billing import", 7, None), ("Dashboard", 90, self.europe), ("Backup", 365, None)]:
            made = self.make("api-keys", {"name": name, "scopes": scopes, "lifetime_seconds": days * 86_400}, organization)
            if name != "Backup":
                self.use_key(made["key"])
        for name in ("Grace Kim", "Ivan Petrov"):
            contact = self.make("contacts", {"name": name, "email": f"{name.split()[0].lower()}@example.com"})
            self.make(f"contacts/{contact['id']}/access-keys", {"name": "Order export"})
        for name, role in [("Elif Aydın", None), ("Kofi Mensah", None), ("Lena Vogel", None)]:
            roles = [role or next(iter(self.demo.get("people") or {"admin": None}))]
            self.make("members", {"email": f"{name.split()[0].lower()}@example.com", "name": name, "roles": roles})
        app = self.make("apps", {
            "name": "Report Builder", "redirect_uris": ["https://reports.example.com/callback"], "scopes": ["openid", "data.read"]})
        return sap["client_id"], app["client_id"]


def take(browser, desk, path, file):
    browser.open(f"{desk.base}/o/{desk.account}{path}")
    shown = browser.driver.page_source
    assert browser.has("h1") and "Nothing here" not in browser.heading, f"{path}: {browser.text}"
    assert not [secret for secret in desk.secrets if secret in shown], f"{path} shows a secret"
    browser._resize(max(360, min(SIZE[1], browser.find("main").size["height"] + 80)))
    picture = smaller(browser.driver.get_screenshot_as_png())
    assert len(picture) <= MOST_BYTES, f"{file} is too large: {len(picture)} bytes"
    file.write_bytes(picture)
    print(f"{file}: {len(picture)} bytes")


def main():
    folder = pathlib.Path(sys.argv[1])
    demo = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
    desk = Desk(demo)
    integration, app = desk.furnish()
    with Browser(SIZE) as browser:
        browser.open(desk.base + "/sign-in")
        browser.fill("email", demo["admin"]["email"])
        browser.fill("password", demo["admin"]["password"])
        browser.press("Sign in")
        for name, path in [
            ("overview", ""), ("integrations", "/integrations"), ("rotate", f"/integrations/{integration}/rotate"),
            ("api-keys", "/api-keys"), ("contacts", "/contacts"), ("apps", f"/apps/{app}"), ("people", "/people"),
            ("organizations", "/organizations"), ("audit-log", "/audit-log"),
        ]:
            take(browser, desk, path, folder / f"{name}.png")


if __name__ == "__main__":
    main()
