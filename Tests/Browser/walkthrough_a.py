"""Walkthrough A, step by step: OAuth integrations of Altruistiq."""

from console_walk import Desk, Visitor, run_step

TOKEN = "/api/public/v1/oauth2/token"
LIST = "/o/{}/integrations"


def made(desk, label="ERP Data Sync", organization=None):
    """An integration's client id and secret."""
    answer = desk.make(f"/api/v1/organizations/{organization or desk.account}/integrations", {"label": label})
    return answer["client_id"], answer["client_secret"]


def a1(walk):
    desk = Desk(walk)
    client, _ = made(desk)
    with Visitor(walk, desk.member("platform-administrator")) as browser:
        browser.enter("/account")
        browser.profile("Organisation Settings")
        assert browser.heading == "OAuth integrations", browser.text
        assert browser.find(".side [aria-current]").text == "Authentication & Security", browser.text
        head = [e.text for e in browser.driver.find_elements("css selector", "thead th")]
        assert head[0].startswith("Label") and "Client Secret age" in head and "Last used" in head, head
        row = browser.row("ERP Data Sync").text
        assert client in row and "Active" in row and "Never used" in row, row
        assert "OAuth integrations" in browser.text and "organization" not in browser.text.lower(), browser.text
        browser.look("a1-integrations")


def a2(walk):
    desk = Desk(walk)
    with Visitor(walk, desk.member("platform-administrator")) as browser:
        browser.enter(LIST.format(desk.account))
        browser.press("Create OAuth integration")
        assert [e.get_attribute("name") for e in browser.driver.find_elements("css selector", "main input:not([type=hidden])")] == [
            "label"], "a label is asked for, and nothing else"
        browser.look("a2-create")
        browser.fill("label", "")
        browser.driver.execute_script("document.querySelector('main form').noValidate = true")
        browser.press("Create")
        assert browser.find(".field-error").text.endswith("Must not be empty."), browser.text
        browser.fill("label", "ERP Data Sync")
        browser.press("Create")
        assert browser.heading == "ERP Data Sync is ready", browser.text
        client, secret = browser.block("Client ID"), browser.block("Client Secret")
        assert client.startswith("int_") and secret.startswith("atq_cs_"), (client, secret)
        assert f"{client}:{secret}" in browser.text and walk.base + TOKEN in browser.text, "a ready curl"
        assert secret.replace("_", "%5F") in browser.find("[download]").get_attribute("href").replace("_", "%5F")
        assert browser.asks_before_leaving(), "leaving before copying asks first"
        browser.look("a2-secret")
        copies = [e for e in browser.driver.find_elements("css selector", "[data-copy]") if e.is_displayed()]
        assert len(copies) == 3, "client id, secret and command can be copied"
        browser.tick_kept()
        assert not browser.asks_before_leaving(), "who said that it is kept may go"
        browser.press("Done")
        assert secret not in browser.driver.page_source and browser.heading.startswith("ERP Data Sync"), browser.text
        browser.look("a2-use")
        for page in ["Secrets", "Settings", "Activity", "Quick start"]:
            browser.press(page)
            assert secret not in browser.driver.page_source, page
            browser.look(f"a2-{page.lower().replace(' ', '-')}")
        browser.open(f"{walk.base}{LIST.format(desk.account)}/new")
        browser.fill("label", "API Key 1")
        browser.press("Create")
        assert browser.heading == "API Key 1 is ready" and "tells them apart" in browser.text, "a hint, not a refusal"


def a2_twice(walk):
    """A form that is sent twice makes one integration, and shows the same secret."""
    desk = Desk(walk)
    with Visitor(walk, desk.member("platform-administrator")) as browser:
        browser.enter(f"{LIST.format(desk.account)}/new")
        browser.fill("label", "Sent twice")
        browser.press("Create")
        first = browser.block("Client Secret")
        browser.driver.execute_cdp_cmd("Page.enable", {})
        browser.tick_kept()
        before = browser.find("html")
        browser.driver.refresh()
        browser.wait_for_another(before)
        assert browser.block("Client Secret") == first, browser.text
        browser.open(walk.base + LIST.format(desk.account))
        assert browser.rows().count("Sent twice") == 1, browser.rows()


def a3(walk):
    desk = Desk(walk)
    client = made(desk)
    for in_body in (False, True):
        status, answer = desk.token(client, TOKEN, in_body)
        assert status == 200 and answer["expires_in"] == 3600 and answer["token_type"] == "Bearer", answer
        status, told = desk.verify(answer["access_token"], "?scope=facilities.read")
        assert status == 200 and told["X-Auth-Client"] == client[0], dict(told)


def a4(walk):
    desk = Desk(walk)
    client, old = made(desk, "Rotated at once")
    token = desk.token((client, old), TOKEN)[1]["access_token"]
    with Visitor(walk, desk.member("platform-administrator")) as browser:
        browser.enter(LIST.format(desk.account))
        browser.menu("Rotated at once", "Rotate secret")
        assert browser.heading == "Rotate the Client Secret of Rotated at once?", browser.text
        assert "Its use" in browser.text and "When does it end?" in browser.text, browser.text
        browser.look("a4-rotate")
        browser.press("Rotate Client Secret")
        new = browser.block("Client Secret")
        assert new != old, "a new secret"
        status, answer = desk.token((client, old), TOKEN)
        assert status == 401 and answer["error"] == "invalid_client", answer
        assert desk.token((client, new), TOKEN)[0] == 200
        assert desk.verify(token)[0] == 200, "what was issued lives on"
        browser.tick_kept()
        browser.press("Done")
        # With the tick, what was issued ends as well.
        browser.open(f"{walk.base}{LIST.format(desk.account)}/{client}/rotate")
        browser.tick("end_tokens")
        browser.press("Rotate Client Secret")
        newest = browser.block("Client Secret")
        assert desk.verify(token)[0] == 401, "tokens that were issued before are refused"
        fresh = desk.token((client, newest), TOKEN)[1]["access_token"]
        assert desk.verify(fresh)[0] == 200, "and new ones are not"
        browser.tick_kept()
        browser.press("Done")


def a4_overlap(walk):
    desk = Desk(walk)
    client, old = made(desk, "Rotated with overlap")
    with Visitor(walk, desk.member("platform-administrator")) as browser:
        browser.enter(f"{LIST.format(desk.account)}/{client}/rotate")
        assert "7 days" not in browser.text, "no more than the product allows"
        browser.choose_radio("overlap_seconds", "86400")
        browser.press("Rotate Client Secret")
        new = browser.block("Client Secret")
        assert "The one before it works until" in browser.text, browser.text
        assert [desk.token((client, s), TOKEN)[0] for s in (old, new)] == [200, 200], "both work"
        browser.tick_kept()
        browser.press("Done")
        browser.open(walk.base + LIST.format(desk.account))
        assert "Two secrets for" in browser.row("Rotated with overlap").text, browser.text
        browser.open(f"{walk.base}{LIST.format(desk.account)}/{client}/secrets")
        assert len(browser.rows()) == 2 and "Ends in" in browser.text and "In force" in browser.text, browser.text
        browser.look("a4-overlap")
        browser.press_starting("Extend")
        browser.press("Extend")
        assert "works for longer" in browser.text, browser.text
        browser.press_starting("End now")
        assert "no longer works" in browser.text and len(browser.rows()) == 1, browser.text
        assert [desk.token((client, s), TOKEN)[0] for s in (old, new)] == [401, 200], "ended early"


def a5(walk):
    desk = Desk(walk)
    client = made(desk, "Not needed any more")
    token = desk.token(client, TOKEN)[1]["access_token"]
    assert desk.verify(token)[0] == 200
    with Visitor(walk, desk.member("platform-administrator")) as browser:
        browser.enter(LIST.format(desk.account))
        browser.menu("Not needed any more", "Delete")
        assert browser.heading == "Delete Not needed any more?" and "can’t be undone" in browser.text, browser.text
        browser.look("a5-delete")
        browser.press("Delete OAuth integration")
        assert "OAuth integration deleted." in browser.text and "Not needed any more" not in browser.rows(), browser.text
    status, answer = desk.token(client, TOKEN)
    assert status == 401 and answer["error"] == "invalid_client", answer
    assert desk.verify(token)[0] == 401, "tokens that were issued before are refused at once"


def a6(walk):
    desk = Desk(walk)
    client, _ = made(desk)
    holders = ["platform-administrator", "sustainability-administrator", "measurement-reporting-professional",
               "supply-chain-engagement-professional"]
    for role in holders + ["data-contributor", "viewer"]:
        with Visitor(walk, desk.member(role)) as browser:
            browser.enter("/account")
            seen = "Authentication & Security" in browser.driver.page_source
            hinted = "/integrations" in browser.driver.page_source or "OAuth" in browser.driver.page_source
            menu = "Organisation Settings" in browser.driver.page_source
            browser.open(walk.base + LIST.format(desk.account))
            shown = browser.heading
            browser.open(f"{walk.base}{LIST.format(desk.account)}/{client}/rotate")
            rotating = browser.heading
            if role in holders:
                assert shown == "OAuth integrations" and rotating.startswith("Rotate the"), (role, shown, rotating)
                assert menu, role
            else:
                assert not seen and not hinted, f"{role} is hinted at it"
                assert shown == rotating == "Page not found", (role, shown, rotating)


def a7(walk):
    desk = Desk(walk)
    status, account, _ = desk.call("POST", "/api/v1/accounts", {"name": "Essential Ltd", "plan": "advanced"},
                                   bearer=walk.demo["operator_key"])
    assert status == 201, account
    client = made(desk, "Cut off", account["id"])
    assert desk.token(client, TOKEN)[0] == 200
    email = desk.member("platform-administrator", account["id"])

    def put_on(plan):
        status, _, _ = desk.call("PATCH", f"/api/v1/accounts/{account['id']}", {"plan": plan}, bearer=walk.demo["operator_key"])
        assert status == 200, status

    put_on("essential")
    status, answer = desk.token(client, TOKEN)
    assert status == 400 and answer["error"] == "unauthorized_client", answer
    with Visitor(walk, email) as browser:
        browser.enter(LIST.format(account["id"]))
        assert "Cut off" not in browser.text and not browser.has("table"), "the section is gone"
        assert "Altruistiq Essential" in browser.text and "Ask Altruistiq" in browser.text, browser.text
        browser.look("a7-plan")
        browser.open(f"{walk.base}{LIST.format(account['id'])}/{client[0]}")
        assert "Cut off" not in browser.text, browser.text
        put_on("business")
        browser.open(walk.base + LIST.format(account["id"]))
        assert browser.rows() == ["Cut off"], browser.text
    assert desk.token(client, TOKEN)[0] == 200, "and back again"


def a8(walk):
    """With an integration that was made 400 days ago."""
    desk = Desk(walk)
    made(desk, "Made just now")
    old = "Left in a drawer"
    with Visitor(walk, desk.member("platform-administrator")) as browser:
        browser.enter(LIST.format(desk.account))
        assert browser.row(old).find_element("css selector", ".badge").text == "Rotate", browser.row(old).text
        for name, words in [("unused-90-days", "Unused for 90 days"), ("old-secret", "Client Secret older than 1 year")]:
            browser.open(walk.base + LIST.format(desk.account))
            browser.tick(name)
            browser.press("Apply")
            assert browser.rows() == [old], browser.rows()
            assert words in browser.find(".chips").text, browser.text
            browser.look(f"a8-{name}")
        for name in ["Herd one", "Herd two"]:
            made(desk, name)
        browser.open(walk.base + LIST.format(desk.account) + "?q=herd")
        browser.press("Change several of these")
        browser.look("a8-several")
        assert browser.has("[name='do'][value='disable']"), "several can be disabled, too"
        browser.choose_radio("do", "delete")
        browser.press("Continue")
        assert "“Herd one” in" in browser.text and "“Herd two” in" in browser.text, browser.text
        browser.look("a8-question")
        browser.press_starting("Delete 2")
        assert browser.rows() == [], browser.text


run_step({name: step for name, step in list(globals().items()) if name[0] == "a" and callable(step)})
