"""A browser, an app's callback, and a few words to write walkthroughs with."""

import atexit
import functools
import http.server
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PHONE = (360, 740)
DESKTOP = (1200, 900)
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B
# How many seconds something that hangs is waited for. A busy machine takes many times as long as an idle one.
PATIENCE = 120
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

# Who takes too long is told to end, and must not leave a browser behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


@functools.cache
def axe():
    """The source of axe-core, which scripts/prepare installs."""
    def found():
        return sorted((ROOT / ".build-tools/axe").glob("lib/python3*/site-packages/axe_playwright_python/axe.min.js"))
    if not found():
        subprocess.run([ROOT / "scripts/prepare", "test"], check=True, stdout=subprocess.DEVNULL)
    return found()[0].read_text(encoding="utf-8")


# Browsers that are free, by whether they run scripts: starting one takes longer than most walks.
IDLE = {True: [], False: []}


def start(script):
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]:
        options.add_argument(flag)
    if not script:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(PATIENCE)
    atexit.register(driver.quit)
    return driver


class Browser:
    """Headless Chromium, without anything of an earlier one."""

    def __init__(self, size=DESKTOP, dark=False, script=True, shots=None):
        self.size, self.script, self.shots = size, script, shots
        self.driver = IDLE[script].pop() if IDLE[script] else start(script)
        self.name = f"{size[0]}-{'dark' if dark else 'light'}"
        self._resize(size[1])
        self._cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        if failure:
            return  # Nobody knows in what state it is: it is not used again.
        self.open("about:blank")
        self._cdp("Network.clearBrowserCookies")
        self._cdp("Network.clearBrowserCache")
        self._cdp("Storage.clearDataForOrigin", origin="*", storageTypes="all")
        self.driver.get_log("browser")
        IDLE[self.script].append(self.driver)

    def _cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def _resize(self, height):
        self._cdp("Emulation.setDeviceMetricsOverride", width=self.size[0], height=height,
                  deviceScaleFactor=1, mobile=self.size[0] < 500)

    def open(self, url):
        self.driver.get(url)

    @property
    def url(self):
        return self.driver.current_url

    @property
    def heading(self):
        return self.find("h1").text

    @property
    def text(self):
        return self.find("body").text

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def has(self, selector):
        return bool(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def fill(self, name, value):
        field = self.find(f"[name={name}]")
        field.clear()
        field.send_keys(value)

    def choose(self):
        """Takes the first of several organizations, where they are asked for."""
        if self.has("[name=organization][type=radio]") and not self.has("[name=organization]:checked"):
            self.find("[name=organization][type=radio]").click()

    def approve(self):
        self.choose()
        self.press("Approve")

    def sign_out(self):
        """By the menu behind one's own name."""
        self.find(".profile > summary").click()
        self.press("Sign out")

    def press(self, label):
        """Clicks the button or link with these words, but for one that Enter alone presses, and waits for another page."""
        before = self.find("html")
        # Asked in one question: a page has many links, and the text of each would be a question of its own.
        element = self.driver.execute_script(
            "return [...document.querySelectorAll('button:not(.unseen), a')].find(element =>"
            " element.checkVisibility() && element.innerText.replace(/\\s+/g, ' ').trim() === arguments[0])", label)
        if element is None:
            raise AssertionError(f"no button {label!r} on {self.url}: {self.text}")
        element.click()
        self.wait_for_another(before)

    def wait_for_another(self, before):
        def is_gone(_):
            try:
                before.tag_name
                return False
            except Exception:  # The page that it stood on is gone.
                return True
        WebDriverWait(self.driver, PATIENCE).until(is_gone)
        WebDriverWait(self.driver, PATIENCE).until(lambda _: self.driver.find_elements(By.CSS_SELECTOR, "body"))

    def keys(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    @property
    def focused(self):
        return self.driver.switch_to.active_element

    def shoot(self, name):
        """Keeps a picture of the whole page, where somebody wants to see it."""
        if not self.shots:
            return
        self._resize(max(self.size[1], self.find("html").size["height"]))
        self.driver.save_screenshot(f"{self.shots}/{name}-{self.name}.png")
        self._resize(self.size[1])

    def is_within(self):
        """Whether nothing sticks out to the right, but for what can be scrolled within its own frame."""
        return self.driver.execute_script("""
            const edge = arguments[0] + 1;
            const sticksOut = element => element.checkVisibility() && element.getBoundingClientRect().right > edge;
            const isFramed = element => {
                for (let parent = element.parentElement; parent !== document.body; parent = parent.parentElement)
                    if (getComputedStyle(parent).overflowX !== 'visible') return !sticksOut(parent);
                return false;
            };
            return ![...document.querySelectorAll('main *')].some(e => sticksOut(e) && !isFramed(e));
            """, self.size[0])

    def barriers(self):
        """What axe-core finds on the page against WCAG 2.2 AA and its own best practice."""
        self.driver.execute_script(axe())
        return self.driver.execute_async_script(
            "const done = arguments[0];"
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], preload: false,"
            # Where things stand that are well is not asked, and is not looked up.
            " resultTypes: ['violations'], selectors: false})"
            ".then(found => done(found.violations.flatMap(rule =>"
            " rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`))))")

    def complaints(self):
        """What the browser reported: what the Content-Security-Policy stopped, among others."""
        return [line["message"] for line in self.driver.get_log("browser")
                if "Content Security Policy" in line["message"]]


class Callback:
    """The app's redirect URI: a server on a port of its own that notes how it was called."""

    def __enter__(self):
        calls = self.calls = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, body=""):
                parsed = urllib.parse.urlsplit(self.path)
                if parsed.path == "/callback":
                    calls.append((self.command, dict(urllib.parse.parse_qsl(parsed.query or body))))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>App</title><h1>The app</h1>")

            def do_GET(self):
                self.answer()

            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.uri = f"http://127.0.0.1:{self.server.server_port}/callback"
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    def wait(self):
        """Until the app was called, for a minute at most."""
        for _ in range(600):
            if self.calls:
                return
            time.sleep(0.1)

    def last(self):
        self.wait()
        assert self.calls, "the app was not called"
        return self.calls[-1][1]


class Walk:
    """What the server is, and who signs in there."""

    def __init__(self):
        with open(sys.argv[1], encoding="utf-8") as file:
            self.demo = json.load(file)
        self.base = self.demo["issuer"]
        self.email, self.password = self.demo["admin"]["email"], self.demo["admin"]["password"]
        self.app = self.demo["app"]["client_id"]
        self.shots = sys.argv[2] if len(sys.argv) > 2 else None
        if self.shots:
            os.makedirs(self.shots, exist_ok=True)

    def authorization(self, redirect_uri, path="/oauth2/authorize", **parameters):
        query = {
            "response_type": "code", "client_id": self.app, "redirect_uri": redirect_uri, "scope": "openid data.read",
            "state": "st-1 &=", "nonce": "n-1", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        } | parameters
        return f"{self.base}{path}?{urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})}"

    def call(self, method, path, body):
        """What the management API answers to the operator."""
        request = urllib.request.Request(
            self.base + path, None if body is None else json.dumps(body).encode(), method=method,
            headers={"Authorization": f"Bearer {self.demo['operator_key']}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def sign_in(self, browser):
        browser.fill("email", self.email)
        browser.fill("password", self.password)
        browser.press("Sign in")


def run(scenarios):
    """Runs each and says which failed."""
    failed = 0
    for scenario in scenarios:
        try:
            scenario(Walk())
            print(f"ok   {scenario.__doc__}")
        except Exception as error:  # Whatever went wrong, the others are run too.
            failed += 1
            # Selenium appends a stack trace of the driver's.
            reason = str(error).partition("Stacktrace:")[0].strip()
            print(f"FAIL {scenario.__doc__}: {type(error).__name__} {reason}")
    sys.exit(1 if failed else 0)
