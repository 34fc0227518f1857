"""The words in which walkthroughs of the console are written."""

import base64
import json
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request

from selenium.webdriver.common.by import By

from browser import Browser, Walk

PASSWORD = "a password of some length"


class Desk:
    """Calls as IT teams, backends and gateways make them."""

    def __init__(self, walk):
        self.walk = walk
        self.account = walk.demo["account_id"]

    def call(self, method, path, body=None, client=None, bearer=None, as_json=True, headers=()):
        headers = dict(headers)
        data = None
        if client:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(client).encode()).decode()
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        if body is not None and as_json:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        elif body is not None:
            data = urllib.parse.urlencode(body).encode()
        request = urllib.request.Request(self.walk.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, self.parsed(answer), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, self.parsed(error), error.headers

    @staticmethod
    def parsed(answer):
        text = answer.read()
        try:
            return json.loads(text or b"null")
        except ValueError:
            return text.decode()

    def make(self, path, body):
        """What the operator makes."""
        status, made, _ = self.call("POST", path, body, bearer=self.walk.demo["operator_key"])
        assert status in (200, 201), (status, made)
        return made

    def member(self, role, organization=None, name=None):
        """An e-mail address of a new member with a role."""
        organization = organization or self.account
        email = f"{role}.{secrets.token_hex(6)}@walk.example"
        self.make(f"/api/v1/organizations/{organization}/members", {
            "email": email, "name": name or role.replace("-", " ").title(), "roles": [role], "password": PASSWORD})
        return email

    def organization(self, name, below=None):
        return self.make("/api/v1/organizations", {"name": name, "parent_id": below or self.account})["id"]

    def token(self, client, path="/oauth2/token", in_body=False):
        """What the token endpoint answers to client credentials."""
        form = {"grant_type": "client_credentials"}
        if in_body:
            form |= {"client_id": client[0], "client_secret": client[1]}
        status, answer, _ = self.call("POST", path, form, client=None if in_body else client, as_json=False)
        return status, answer

    def verify(self, credential, query="", headers=()):
        """Status and headers of what a gateway is told."""
        status, _, told = self.call("GET", f"/verify{query}", bearer=credential, headers=headers)
        return status, told


class Visitor(Browser):
    """Somebody in the console."""

    def __init__(self, walk, email=None, **options):
        super().__init__(shots=walk.shots, **options)
        self.walk = walk
        self.email = email

    def enter(self, path="/"):
        """Opens an address, and signs in where that is asked for."""
        self.open(self.walk.base + path)
        if self.has("form[action='/sign-in'] [name=password]"):
            self.fill("email", self.email or self.walk.email)
            self.fill("password", PASSWORD if self.email else self.walk.password)
            self.press("Sign in")
        return self

    def profile(self, entry):
        self.find(".profile > summary").click()
        self.press(entry)

    def row(self, name):
        for row in self.driver.find_elements(By.CSS_SELECTOR, ".table tbody tr"):
            if row.find_element(By.TAG_NAME, "th").text.split("\n")[0] == name:
                return row
        raise AssertionError(f"no row {name!r}: {self.text}")

    def rows(self):
        return [e.text.split("\n")[0] for e in self.driver.find_elements(By.CSS_SELECTOR, ".table tbody th")]

    def menu(self, name, item):
        """⋮ of a row, and one of its items."""
        row = self.row(name)
        row.find_element(By.CSS_SELECTOR, ".menu > summary").click()
        before = self.find("html")
        for element in row.find_elements(By.CSS_SELECTOR, ".menu-list a, .menu-list button"):
            if element.text == item:
                element.click()
                return self.wait_for_another(before)
        raise AssertionError(f"no item {item!r}: {row.text}")

    def block(self, label):
        """The text of the code block under a label."""
        for figure in self.driver.find_elements(By.CSS_SELECTOR, ".code-block"):
            if figure.find_element(By.TAG_NAME, "pre").get_attribute("aria-label") == label:
                return figure.find_element(By.TAG_NAME, "pre").get_attribute("textContent")
        raise AssertionError(f"no block {label!r}: {self.text}")

    def press_starting(self, words):
        """Presses what begins with these words, whatever else is said to who hears it."""
        before = self.find("html")
        for element in self.driver.find_elements(By.CSS_SELECTOR, "main button, main a"):
            if element.is_displayed() and element.text.startswith(words):
                element.click()
                return self.wait_for_another(before)
        raise AssertionError(f"nothing begins with {words!r}: {self.text}")

    def choose_radio(self, name, value):
        self.driver.execute_script("arguments[0].click()", self.find(f"[name='{name}'][value='{value}']"))

    def tick(self, name):
        self.driver.execute_script("arguments[0].click()", self.find(f"[name='{name}']"))

    def asks_before_leaving(self):
        return self.driver.execute_script(
            "const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented")

    def tick_kept(self):
        self.find("[data-kept]").click()

    def look(self, name):
        """axe-core, nothing that sticks out, nothing that the policy stopped; and a picture where somebody wants one."""
        self.shoot(name)
        assert self.barriers() == [], f"{name} at {self.name}: {self.barriers()}"
        assert self.is_within(), f"{name} sticks out at {self.name}"
        assert self.complaints() == [], self.complaints()


def run_step(steps):
    """Runs the step that the last argument names."""
    try:
        steps[sys.argv[3]](Walk())
    except Exception as error:  # Said in one line, without the driver's own stack.
        import traceback
        place = traceback.extract_tb(error.__traceback__)[-1]
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "walkthrough" in f.filename]
        where = (frames or [place])[-1]
        print(f"FAIL line {where.lineno}: {where.line}: {type(error).__name__} {str(error).partition('Stacktrace:')[0].strip()}")
        sys.exit(1)
