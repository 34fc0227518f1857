"""Walkthrough E: social connections of Altyaa, against the simulated providers. Time passes when the walk says so."""

import urllib.parse
import urllib.request

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from browser import PATIENCE, PHONE
from console_walk import Visitor, run_step

TITLES = {"facebook": "Facebook", "instagram": "Instagram", "google-business-profile": "Google Business Profile",
          "tiktok": "TikTok"}
DAY = 86_400


class Somebody(Visitor):
    def __init__(self, walk, role, **options):
        super().__init__(walk, **options)
        self.role = role

    def go(self, path):
        """Signs in anew, since much time may have passed, and opens a page."""
        query = urllib.parse.urlencode({"role": self.role, "to": path})
        self.open(f"{self.walk.base}/_test/enter?{query}")
        return self

    def until(self, there, what):
        try:
            WebDriverWait(self.driver, PATIENCE).until(lambda _: there())
        except Exception:
            raise AssertionError(f"no {what}: {self.url} {self.text}") from None

    def at_provider(self):
        """Once our page has gone on by itself."""
        self.until(lambda: self.has("[name=decision]"), "page of the provider")

    def decide(self, decision, without=()):
        for scope in without:
            self.find(f"[name=scope][value='{scope}']").click()
        self.find(f"[name=decision][value={decision}]").click()
        self.until(lambda: self.url.startswith(self.walk.base) and self.has("main h1"), "way back")

    def leave(self, organization, provider):
        """By the form, to the provider's page."""
        self.go(f"/o/{organization}/connections/new/{provider}")
        self.press(f"Continue to {TITLES[provider]}")
        self.at_provider()

    def connect(self, organization, provider, without=()):
        self.leave(organization, provider)
        self.decide("approve", without)
        assert "/connections/cnx_" in self.url and " active." in self.text, self.text
        return self.path

    @property
    def path(self):
        """Where it is, without what the page is told to say."""
        return urllib.parse.urlsplit(self.url).path

    @property
    def name_of_it(self):
        return self.find("h1 bdi").text


def tell(walk, path, **query):
    with urllib.request.urlopen(f"{walk.base}/_test/{path}?{urllib.parse.urlencode(query)}", timeout=60) as answer:
        return answer.read().decode()


def e(walk):
    account, branch = walk.demo["account_id"], walk.demo["branch"]
    listed = f"/o/{account}/connections"
    with Somebody(walk, "owner") as owner:
        # Nothing yet: what it is, and one button.
        owner.go(listed)
        assert "No social connections yet" in owner.text and "Reputation Command Center" in owner.text, owner.text
        assert owner.find(".side [aria-current]").text == "Connections", owner.text
        owner.look("e-empty")
        owner.press("Connect account")
        owner.look("e-choose")
        owner.driver.find_element(By.CSS_SELECTOR, "main a[href$='/new/facebook']").click()
        owner.until(lambda: owner.has("[name=name]"), "form")
        assert owner.heading == "Sign in at Facebook" and "pages_show_list" in owner.text, owner.text
        owner.look("e-connect")

        # Facebook, with one permission left out, and the three others.
        found = {"facebook": owner.connect(account, "facebook", without=["read_insights"])}
        assert "Not all allowed" in owner.text and "read_insights" in owner.text, owner.text
        assert "in 6 days" in owner.text and "Below it" in owner.text, owner.text
        owner.look("e-facebook")
        for provider in list(TITLES)[1:]:
            found[provider] = owner.connect(account, provider)
        owner.go(listed)
        assert len(owner.rows()) == 4 and "Expired" not in owner.text, owner.text
        assert all(title in owner.text for title in ["Facebook", "Instagram", "Google", "TikTok"]), owner.text
        owner.look("e-list")

        # The same once more is the same; a no is one.
        owner.leave(account, "instagram")
        owner.decide("approve")
        assert owner.path == found["instagram"] and "Nothing was doubled" in owner.text, owner.text
        owner.leave(account, "instagram")
        owner.decide("deny")
        assert owner.heading == "You didn’t allow it", owner.text
        owner.look("e-denied")

        # Four weeks and two days: what was promised is kept.
        for days in [7, 7, 7, 7, 2]:
            done = tell(walk, "pass", seconds=days * DAY)
            assert "failed" not in done, done
        owner.go(f"{found['facebook']}/promises")
        assert "Renewed every 7 days" in owner.text and "Kept" in owner.text, owner.url + owner.text
        assert "Not kept" not in owner.text and "Overdue" not in owner.text, owner.text
        owner.look("e-promises")
        owner.go(f"{found['facebook']}/history")
        assert "Signed in for the first time" in owner.text and "Renewed" in owner.text, owner.text
        owner.look("e-history")

        # Google's grant is taken away there: the hourly check finds it, and signing in again repairs it in place.
        tell(walk, "fault", provider="google", kind="user_removed_app")
        tell(walk, "pass", seconds=DAY)
        owner.go(listed)
        owner.press("1 works no longer")
        assert len(owner.rows()) == 1 and "Expired" in owner.text, owner.text
        owner.look("e-forecast")
        owner.go(found["google-business-profile"])
        assert "Sign in there again" in owner.text, owner.text
        owner.look("e-expired")
        owner.press_starting("Sign in again")
        owner.at_provider()
        owner.decide("approve")
        assert owner.path == found["google-business-profile"] and "Expired" not in owner.text, owner.text
        assert "same social connection as before" in owner.text, owner.text

        # What would end others as well needs its name, and what is ended leaves a receipt.
        owner.connect(branch, "tiktok")
        owner.go(found["tiktok"])
        name = owner.name_of_it
        owner.press_starting("Disconnect")
        assert "Access stays at TikTok" in owner.text and not owner.has("[name=typed]"), owner.text
        owner.press("Give access back at TikTok all the same")
        owner.fill("typed", "something else")
        owner.press("Disconnect all of it")
        assert f"Type {name}" in owner.text, owner.text
        owner.look("e-disconnect")
        owner.fill("typed", name)
        owner.press("Disconnect all of it")
        assert "What was kept for it is destroyed" in owner.text and "Receipt" in owner.text, owner.text
        owner.look("e-receipt")
        owner.go(listed)
        assert len(owner.rows()) == 4, "the other one of TikTok is below, and this one is gone"

    with Somebody(walk, "owner", size=PHONE, dark=True) as phone:
        for name, path in [("list", listed), ("one", found["facebook"]), ("promises", f"{found['facebook']}/promises")]:
            phone.go(path)
            phone.look(f"e-{name}-small")

    with Somebody(walk, "editor") as editor:
        editor.go(listed)
        assert editor.heading == "Page not found", editor.text
        editor.go("/account")
        assert "/connections" not in editor.driver.page_source, "an Editor sees nothing of it"

    with Somebody(walk, "operator") as desk:
        desk.go("/operator/providers")
        assert f"{walk.base}/connections/callback/facebook" in desk.text, desk.text
        desk.look("e-providers")
        desk.driver.find_element(By.CSS_SELECTOR, "main a[href$='/providers/facebook/secret']").click()
        desk.until(lambda: desk.has("[name=secret]"), "form")
        desk.look("e-secret")
        desk.fill("secret", "fresh-s3cret")
        desk.choose_radio("overlap_seconds", "86400")
        desk.press("Replace client secret")
        assert "It isn’t shown again" in desk.text and "Ends in 24 hours" in desk.text, desk.text
        assert "fresh-s3cret" not in desk.driver.page_source, "it is shown to nobody"


run_step({"e": e})
