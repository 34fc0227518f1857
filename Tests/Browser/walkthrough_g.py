"""Walkthrough G, step by step: OAuth 2.0 API keys of OneTrust."""

import concurrent.futures
import time
import urllib.parse

from selenium.webdriver.common.keys import Keys

from console_walk import Desk, Visitor, run_step

LIST = "/o/{}/api-keys"
WORD = "OAuth 2.0 API key"
ADD = "a[href='/o/{}/api-keys/new']"


def made(desk, name="Key", organization=None, **members):
    answer = desk.make(f"/api/v1/organizations/{organization or desk.account}/api-keys", {
        "name": name, "scopes": ["assessments.read"]} | members)
    return answer["id"], answer["key"]


def g1(walk):
    desk = Desk(walk)
    with Visitor(walk, desk.member("site-admin")) as browser:
        browser.enter("/account")
        browser.profile("Global Settings")
        assert browser.heading == "Credentials", browser.text
        browser.press("API Keys")
        assert browser.find(".tabs [aria-current]").text == "API Keys", browser.text
        browser.press("Add")
        chosen = browser.find("[name=lifetime_seconds]:checked").get_attribute("value")
        offered = [e.get_attribute("value") for e in browser.driver.find_elements("css selector", "[name=lifetime_seconds]")]
        assert chosen == "3600", "an hour by default"
        assert offered == ["3600", "86400", "604800", "2592000", "31536000"], offered
        assert browser.text.count(" UTC") >= 5, "each with its last moment and zone"
        browser.look("g1-details")
        browser.fill("name", "Request queues")
        browser.fill("description", "Run by the privacy team")
        browser.choose_radio("lifetime_seconds", "86400")
        browser.fill("allowed_addresses", "192.0.2.300")
        browser.press("Next")
        assert "“192.0.2.300”" in browser.find(".field-error").text, browser.text
        assert browser.find("[name=name]").get_attribute("value") == "Request queues", "the input is kept"
        browser.fill("allowed_addresses", "192.0.2.0/24\n2001:db8::/48")
        browser.press_starting("Add my address")
        assert "127.0.0.1" in browser.find("[name=allowed_addresses]").get_attribute("value"), "one’s own is added"
        browser.fill("allowed_addresses", "192.0.2.0/24\n2001:db8::/48\n127.0.0.1")
        browser.press("Next")
        assert "Step 2 of 2" in browser.text and "Assessments" in browser.text, browser.text
        browser.press("Create")
        assert browser.find(".field-error").text.endswith("Must name at least one scope."), "none means none"
        browser.press("Back")
        assert browser.find("[name=name]").get_attribute("value") == "Request queues", "nothing is lost on the way back"
        assert browser.has("[name=lifetime_seconds][value='86400']:checked")
        browser.press("Next")
        browser.tick("scope.assessments.read")
        browser.look("g1-scopes")
        browser.press("Create")
        key = browser.block(WORD)
        assert key.startswith("otr_key_"), browser.text
        download = browser.find("[download]")
        assert download.text.strip() == "Download .txt" and download.get_attribute("download") == "onetrust-request-queues.txt"
        assert urllib.parse.unquote(download.get_attribute("href")).endswith(key + "\n")
        assert f"Bearer {key}" in browser.text and "/verify?scope=assessments.read" in browser.text, "ready commands"
        browser.look("g1-created")
        browser.tick_kept()
        browser.press("Done")
        assert "Until" not in browser.heading and "UTC" in browser.text and key not in browser.driver.page_source
        browser.look("g1-key")
        status, told = desk.verify(key, "?scope=assessments.read")
        assert status == 200, dict(told)


def g2(walk):
    desk = Desk(walk)
    _, key = made(desk, "Query")
    assert desk.verify(key)[0] == 200
    status, _, _ = desk.call("GET", "/verify", headers=[("X-Original-URI", f"/api?Authorization=Bearer+{key}")])
    assert status == 200, "in the query string as well"
    _, bound = made(desk, "Bound", allowed_addresses=["192.0.2.0/24"])
    status, told = desk.verify(bound)
    assert status == 403 and told["X-Auth-Reason"] == "address", dict(told)
    short = desk.make(f"/api/v1/organizations/{desk.account}/api-keys", {
        "name": "Short", "scopes": ["assessments.read"], "lifetime_seconds": 1})["key"]
    for _ in range(1200):
        if desk.verify(short)[0] == 401:
            return
        time.sleep(0.05)
    raise AssertionError("a key outlives its lifetime")


def g3(walk):
    desk = Desk(walk)
    children = walk.demo["organizations"]
    north, europe = children["North America"], children["Europe"]
    made(desk, "Of Global")
    _, american = made(desk, "Of North America", north)
    made(desk, "Of Europe", europe)
    with Visitor(walk, desk.member("site-admin")) as browser:
        browser.enter(LIST.format(desk.account))
        assert {"Of Global", "Of North America", "Of Europe"} <= set(browser.rows()), browser.rows()
        assert "North America" in browser.row("Of North America").text.split("\n", 1)[1], "with its organization"
        browser.look("g3-global")
        browser.find(".picker > summary").click()
        browser.look("g3-picker")
        for element in browser.driver.find_elements("css selector", ".picker .menu-list a"):
            if element.text.startswith("North America"):
                before = browser.find("html")
                element.click()
                browser.wait_for_another(before)
                break
        assert browser.url.endswith(LIST.format(north)), browser.url
        assert "Of North America" in browser.rows() and not {"Of Global", "Of Europe"} & set(browser.rows())
    with Visitor(walk, desk.member("site-admin", north)) as browser:
        browser.enter(LIST.format(north))
        assert "Of North America" in browser.rows() and not {"Of Global", "Of Europe"} & set(browser.rows())
        for other in (desk.account, europe):
            browser.open(walk.base + LIST.format(other))
            assert browser.heading == "Page not found", browser.text
    told = desk.verify(american)[1]
    assert told["X-Auth-Organization"] == north, dict(told)


def g4(walk):
    desk = Desk(walk)
    account = desk.make("/api/v1/accounts", {"name": "Five Hundred"})["id"]

    def one(number):
        return desk.call("POST", f"/api/v1/organizations/{account}/api-keys", {
            "name": f"No {number}", "scopes": ["assessments.read"], "lifetime_seconds": 86400}, bearer=walk.demo["operator_key"])[0]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(one, range(520)))
    assert answers.count(201) == 500, {status: answers.count(status) for status in set(answers)}
    with Visitor(walk, desk.member("site-admin", account)) as browser:
        browser.enter(LIST.format(account))
        assert "500 of 500" in browser.text and "All 500 are taken" in browser.text, browser.text
        assert not browser.has(ADD.format(account)), "the reason stands in the button’s place"
        assert len(browser.rows()) == 50, "a page of them"
        browser.look("g4-full")
        first = browser.rows()[-1]
        browser.open(walk.base + LIST.format(account) + "/new")
        browser.fill("name", "One more")
        browser.press("Next")
        browser.tick("scope.assessments.read")
        browser.press("Create")
        assert "500" in browser.find(".notice-bad").text and "the most it may have" in browser.text, browser.text
        browser.open(walk.base + LIST.format(account))
        browser.menu(first, "Delete")
        browser.press("Delete")
        assert "499 of 500" in browser.text and browser.has(ADD.format(account)), "deleting one makes room"


def g5(walk):
    desk = Desk(walk)
    key_id, key = made(desk, "Edited")
    assert desk.verify(key, "?scope=inventory.read")[0] == 403
    with Visitor(walk, desk.member("site-admin")) as browser:
        browser.enter(LIST.format(desk.account))
        browser.press("Edited")
        browser.press("Edit")
        assert not browser.has("[name=name]") and not browser.has("[name=lifetime_seconds]"), "cannot be changed"
        assert browser.text.count("Can’t be changed") == 2, "and says why"
        browser.look("g5-edit")
        browser.fill("description", "For the inventory")
        browser.tick("scope.inventory.read")
        browser.fill("allowed_addresses", "127.0.0.1")
        browser.press("Save changes")
        assert "Changes saved." in browser.text and "For the inventory" in browser.text, browser.text
        assert desk.verify(key, "?scope=inventory.read")[0] == 200, "saved scopes count at the next call"
        browser.press("Edit")
        browser.fill("allowed_addresses", "192.0.2.1")
        browser.press("Save changes")
        assert desk.verify(key)[0] == 403
        browser.press_starting("Disable")
        assert "refused from the next call on" in browser.text, browser.text
        browser.look("g5-disable")
        browser.press_starting("Disable")
        assert "disabled" in browser.text and "Disabled" in browser.text, browser.text
        assert desk.verify(key)[0] == 401
        browser.press_starting("Enable")
        assert "works again" in browser.text, browser.text
        browser.press("Activity")
        done = {row.rpartition(" ")[2] for row in browser.rows() if row.startswith(WORD)}
        assert {"created", "changed", "disabled", "enabled"} <= done, browser.rows()
        browser.look("g5-activity")
        browser.open(f"{walk.base}{LIST.format(desk.account)}/{key_id}/rotate")
        browser.choose_radio("overlap_seconds", "3600")
        browser.look("g5-rotate")
        browser.press("Rotate")
        new = browser.block(WORD)
        assert new != key and [desk.verify(k)[0] for k in (key, new)] == [403, 403], "both known, from a wrong address"
        browser.tick_kept()
        browser.press("Done")
        browser.press_starting("Extend")
        browser.look("g5-extend")
        browser.press("Extend")
        assert f"The older {WORD} works for longer." in browser.text, browser.text
        browser.press_starting("End now")
        assert "no longer works" in browser.text and "side by side" not in browser.text, browser.text


def g6(walk):
    desk = Desk(walk)
    for name in ("By the menu", "By the details"):
        _, key = made(desk, name)
        assert desk.verify(key)[0] == 200
        with Visitor(walk, desk.member("site-admin")) as browser:
            browser.enter(LIST.format(desk.account))
            if name == "By the menu":
                browser.menu(name, "Delete")
            else:
                browser.press(name)
                browser.press_starting("Delete")
            assert browser.heading == f"Delete {name}?", browser.text
            browser.look(f"g6-{name.lower().replace(' ', '-')}")
            browser.press("Delete")
            assert f"{WORD} deleted." in browser.text and name not in browser.rows(), browser.text
        assert desk.verify(key)[0] == 401, "the next call is refused"


def g7(walk):
    desk = Desk(walk)
    _, key = made(desk, "A product's")
    status, answer, _ = desk.call("GET", f"/api/v1/organizations/{desk.account}/api-keys", bearer=key)
    assert status == 403, (status, answer)


def looks(walk):
    """Every page of keys and integrations, on a phone and a desktop, in light and dark."""
    desk = Desk(walk)
    key_id, _ = made(desk, "Looked at")
    integration = desk.make(f"/api/v1/organizations/{desk.account}/integrations", {
        "label": "Looked at", "scopes": ["assessments.read"]})["client_id"]
    desk.make(f"/api/v1/organizations/{desk.account}/integrations/{integration}/rotate", {"overlap_seconds": 3600})
    email = desk.member("site-admin")
    from browser import DESKTOP, PHONE
    paths = [f"/o/{desk.account}/{path}" for path in [
        "integrations", "integrations?q=nowhere&never-used=on", "integrations/new", f"integrations/{integration}",
        f"integrations/{integration}/secrets", f"integrations/{integration}/settings", f"integrations/{integration}/activity",
        f"integrations/{integration}/quick-start?in=python", f"integrations/{integration}/rotate",
        f"integrations/{integration}/delete", f"integrations/{integration}/token", "api-keys", "api-keys/new",
        f"api-keys/{key_id}", f"api-keys/{key_id}/edit", f"api-keys/{key_id}/activity", f"api-keys/{key_id}/rotate",
        f"api-keys/{key_id}/delete", "choose"]]
    for size in (PHONE, DESKTOP):
        for dark in (False, True):
            with Visitor(walk, email, size=size, dark=dark) as browser:
                browser.enter(paths[0])
                for path in paths:
                    browser.open(walk.base + path)
                    name = path.split("/", 3)[-1].replace(integration, "one").replace(key_id, "one")
                    browser.look("look-" + name.replace("/", "-").replace("?", "-").replace("&", "-"))


def without_script(walk):
    """A key is made, found and deleted with scripts switched off."""
    desk = Desk(walk)
    with Visitor(walk, desk.member("site-admin"), script=False) as browser:
        browser.enter(LIST.format(desk.account) + "/new")
        browser.fill("name", "Without script")
        browser.press("Next")
        browser.find("[name='scope.assessments.read']").click()
        browser.press("Create")
        assert browser.heading == "Without script is ready", browser.text
        assert not [e for e in browser.driver.find_elements("css selector", "[data-copy]") if e.is_displayed()]
        browser.tick_kept()
        browser.press("Done")
        browser.open(walk.base + LIST.format(desk.account))
        browser.menu("Without script", "Delete")
        browser.press("Delete")
        assert "Without script" not in browser.rows(), browser.text


def by_keyboard(walk):
    """A key is made, and its menu opened, with the keyboard alone."""
    desk = Desk(walk)
    with Visitor(walk, desk.member("site-admin")) as browser:
        def go_to(selector):
            for _ in range(120):
                browser.keys(Keys.TAB)
                is_here, is_seen = browser.driver.execute_script(
                    "const here = document.activeElement;"
                    "const isSeen = it => it && getComputedStyle(it).outlineStyle !== 'none';"
                    "return [here.matches(arguments[0]), [here, here.closest('label')].some(isSeen)]", selector)
                if is_here:
                    assert is_seen, f"nobody sees that {selector} has the focus"
                    return
            raise AssertionError(f"no way to {selector}: {browser.text}")

        def press(*keys):
            before = browser.find("html")
            browser.keys(*keys)
            browser.wait_for_another(before)

        browser.enter(LIST.format(desk.account) + "/new")
        go_to("[name=name]")
        browser.keys("By keyboard")
        go_to("[name=lifetime_seconds]")
        browser.keys(Keys.ARROW_DOWN)
        go_to(".form-end button")
        press(Keys.ENTER)
        go_to("[name='scope.assessments.read']")
        browser.keys(Keys.SPACE)
        go_to(".form-end button")
        press(Keys.ENTER)
        assert browser.heading == "By keyboard is ready", browser.text
        go_to("[data-kept]")
        browser.keys(Keys.SPACE)
        go_to("form .button")
        press(Keys.ENTER)
        browser.open(walk.base + LIST.format(desk.account) + "?q=By+keyboard")
        go_to(".menu-dots")
        browser.keys(Keys.ENTER)
        go_to(".menu-list a")
        browser.keys(Keys.ESCAPE)
        assert not browser.has(".menu[open]"), "Esc closes it"
        assert browser.focused.get_attribute("aria-label") == "Actions for By keyboard", "and nobody is lost"
        browser.keys(Keys.ENTER)
        go_to(".menu-list a.danger")
        press(Keys.ENTER)
        assert browser.heading == "Delete By keyboard?", browser.text


run_step({name: step for name, step in list(globals().items()) if callable(step) and getattr(step, "__module__", "") == "__main__"})
