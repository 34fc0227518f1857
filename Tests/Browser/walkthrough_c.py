"""Walkthrough C, step by step: workspace API keys of Altyaa."""

from console_walk import Desk, Visitor, run_step

LIST = "/o/{}/api-keys"


def c1(walk):
    desk = Desk(walk)
    with Visitor(walk, desk.member("owner")) as browser:
        browser.enter("/account")
        browser.profile("Workspace Settings")
        assert browser.find(".side [aria-current]").text == "Integrations" and "API keys" in browser.text, browser.text
        browser.press("Create workspace API key")
        browser.fill("name", "BI Dashboard")
        browser.press("Next")
        for scope in ["analytics.read", "reviews.read"]:
            browser.tick(f"scope.{scope}")
        browser.look("c1-scopes")
        browser.press("Create")
        assert browser.heading == "BI Dashboard is ready", browser.text
        key = browser.block("Workspace API key")
        assert key.startswith("aly_key_") and browser.asks_before_leaving(), browser.text
        browser.look("c1-key")
        browser.tick_kept()
        browser.press("Done")
        assert key not in browser.driver.page_source, "this once"
        assert "Read analytics" in browser.text and "Read reviews" in browser.text, browser.text
        browser.open(walk.base + LIST.format(desk.account))
        assert "BI Dashboard" in browser.rows(), browser.text
        browser.look("c1-list")


def c2(walk):
    desk = Desk(walk)
    key = desk.make(f"/api/v1/organizations/{desk.account}/api-keys", {
        "name": "BI Dashboard", "scopes": ["analytics.read", "reviews.read"]})["key"]
    other = desk.make("/api/v1/accounts", {"name": "Another"})["id"]
    ours = [("X-Altyaa-Workspace", desk.account)]
    assert desk.verify(key, "?scope=analytics.read", ours)[0] == 200
    status, told = desk.verify(key, "?scope=posts.write", ours)
    assert status == 403 and 'scope="posts.write"' in told["WWW-Authenticate"], dict(told)
    assert desk.verify(key, "?scope=analytics.read", [("X-Altyaa-Workspace", other)])[0] == 403


def c3(walk):
    desk = Desk(walk)
    for role in ["owner", "admin"]:
        with Visitor(walk, desk.member(role)) as browser:
            browser.enter(LIST.format(desk.account) + "/new")
            assert browser.heading == "Create workspace API key", (role, browser.text)
    email = desk.member("editor")
    with Visitor(walk, email) as browser:
        browser.enter("/account")
        assert "API key" not in browser.driver.page_source, "an Editor sees no button"
        for path in ["", "/new"]:
            browser.open(walk.base + LIST.format(desk.account) + path)
            assert browser.heading == "Page not found", browser.text
    # Whoever may not is refused by the API as well: with a key that has no more rights than an Editor.
    weak = desk.make(f"/api/v1/organizations/{desk.account}/api-keys", {
        "name": "Weak", "scopes": ["claviger:organizations.read"]})["key"]
    status, _, _ = desk.call("POST", f"/api/v1/organizations/{desk.account}/api-keys", {
        "name": "More", "scopes": ["analytics.read"]}, bearer=weak)
    assert status == 403, status


def c3_rotate(walk):
    """With a key that is 91 days old."""
    desk = Desk(walk)
    leaver = desk.member("admin", name="Lea Leaver")
    with Visitor(walk, leaver) as browser:
        browser.enter(LIST.format(desk.account) + "/new")
        browser.fill("name", "Made by a leaver")
        browser.press("Next")
        browser.tick("scope.analytics.read")
        browser.press("Create")
        browser.tick_kept()
        browser.press("Done")
    members = f"/api/v1/organizations/{desk.account}/members"
    _, found, _ = desk.call("GET", f"{members}?limit=200", bearer=walk.demo["operator_key"])
    gone = next(member["id"] for member in found["items"] if member["email"] == leaver)
    status, _, _ = desk.call("DELETE", f"{members}/{gone}", bearer=walk.demo["operator_key"])
    assert status == 204, status
    with Visitor(walk, desk.member("owner")) as browser:
        browser.enter(LIST.format(desk.account))
        for name in ["Ninety-one days", "Made by a leaver"]:
            assert browser.row(name).find_element("css selector", ".badge").text == "Rotate", browser.row(name).text
        browser.look("c3-rotate")


run_step({name: step for name, step in list(globals().items()) if name[0] == "c" and callable(step)})
