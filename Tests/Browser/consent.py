"""Walkthrough D in a browser: signing in and consenting to an app."""

from selenium.webdriver.common.keys import Keys

from browser import DESKTOP, PHONE, Browser, Callback, Walk, run


def approve(walk: Walk):
    """who signs in and approves comes back with code, state and issuer"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri))
        assert browser.heading == "Sign in to Claviger", browser.text
        browser.shoot("sign-in")
        walk.sign_in(browser)
        assert "wants to access your" in browser.text, browser.text
        assert "Read your data" in browser.text and walk.email in browser.text, browser.text
        browser.shoot("consent")
        browser.approve()
        answer = app.last()
        assert answer["code"] and answer["state"] == "st-1 &=" and answer["iss"] == walk.base, answer
        assert set(answer) == {"code", "state", "iss"}, answer
        assert browser.complaints() == [], browser.complaints()


def again(walk: Walk):
    """who approved as much before is sent back at once after signing in"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri))
        walk.sign_in(browser)
        assert browser.heading == "The app" and app.last()["code"], browser.text
        assert browser.complaints() == [], browser.complaints()


def deny(walk: Walk):
    """who denies comes back with access_denied and no code"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri, scope="openid data.write"))
        walk.sign_in(browser)
        browser.press("Deny")
        answer = app.last()
        assert answer["error"] == "access_denied" and "code" not in answer, answer
        assert answer["state"] == "st-1 &=" and answer["iss"] == walk.base, answer


def unknown_scope(walk: Walk):
    """an unknown scope comes back as invalid_scope"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri, scope="no.such.scope"))
        if browser.heading == "Sign in to Claviger":
            walk.sign_in(browser)
        answer = app.last()
        assert answer["error"] == "invalid_scope" and answer["state"] == "st-1 &=", answer


def unproven(walk: Walk):
    """an unregistered redirect URI or unknown app shows a page of ours, and leads nowhere"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        for url in [walk.authorization(app.uri + "/elsewhere"),
                    walk.authorization("https://evil.example/callback"),
                    walk.authorization(app.uri, client_id="app_0000000000000000000000")]:
            browser.open(url)
            assert browser.url == url and browser.heading == "This link doesn’t work", browser.text
            assert not browser.has("main a[href^='http']"), "an error page leads away"
        browser.shoot("error")
        assert app.calls == [], app.calls


def form_post(walk: Walk):
    """form_post answers by a form that sends itself"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri, response_mode="form_post", prompt="consent"))
        walk.sign_in(browser)
        browser.approve()
        app.wait()
        method, answer = app.calls[-1]
        assert method == "POST" and answer["code"] and answer["state"] == "st-1 &=", app.calls
        assert browser.complaints() == [], browser.complaints()


def without_script(walk: Walk):
    """everything works with scripts switched off, form_post by its button"""
    with Callback() as app, Browser(script=False, shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri, response_mode="form_post", prompt="consent"))
        walk.sign_in(browser)
        browser.approve()
        assert app.calls == [], "a script ran"
        browser.shoot("form-post")
        assert f"at {app.uri.split('/')[2]}." in browser.text, browser.text
        browser.press(browser.heading.replace("Returning to", "Continue to"))
        assert app.last()["code"] and app.calls[-1][0] == "POST", app.calls


def keyboard(walk: Walk):
    """everything works by keyboard alone"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri, prompt="consent"))
        assert browser.focused.get_attribute("name") == "email", "the first field has the focus"
        browser.keys(walk.email, Keys.TAB)
        while browser.focused.get_attribute("name") != "password":
            browser.keys(Keys.TAB)
        before = browser.find("html")
        browser.keys(walk.password, Keys.ENTER)
        browser.wait_for_another(before)
        for _ in range(40):
            browser.find("body").send_keys(Keys.TAB) if browser.focused.tag_name == "body" else browser.keys(Keys.TAB)
            style = browser.driver.execute_script(
                "const s = getComputedStyle(document.activeElement), c = document.activeElement.closest('.choice');"
                "return [s.outlineStyle, c ? getComputedStyle(c).outlineStyle : 'none']")
            assert "solid" in style, f"no focus to be seen on {browser.focused.text!r}: {style}"
            if browser.focused.get_attribute("name") == "organization":
                browser.keys(Keys.SPACE)
            if browser.focused.get_attribute("value") == "approve":
                break
        before = browser.find("html")
        browser.keys(Keys.ENTER)
        browser.wait_for_another(before)
        assert app.last()["code"], app.calls


def on_a_phone(walk: Walk):
    """on a phone and on a desktop, in light and dark, nothing sticks out, and all that is to be pressed is large enough"""
    with Callback() as app:
        for size in (PHONE, DESKTOP):
            for dark in (False, True):
                with Browser(size=size, dark=dark, shots=walk.shots) as browser:
                    browser.open(walk.authorization(app.uri, scope="openid profile email data.read data.delete users.write"))
                    look(browser, "sign-in")
                    walk.sign_in(browser)
                    look(browser, "consent")
                    for page in ("account", "account/apps", "account/password", "account/second-factor", "_parts"):
                        browser.open(f"{walk.base}/{page}")
                        look(browser, page.replace("/", "-"))
                    browser.open(walk.authorization("https://evil.example"))
                    look(browser, "error")


def look(browser, name):
    browser.shoot(name)
    assert browser.barriers() == [], f"{name} at {browser.name}: {browser.barriers()}"
    assert browser.is_within(), f"{name} sticks out at {browser.name}"
    # A thumb needs 44 pixels.
    least = 44 if browser.size == PHONE else 36
    for element in browser.driver.find_elements("css selector", ".button, .button-plain, .menu > summary"):
        if element.is_displayed():
            assert element.size["height"] >= least, f"{name}: {element.text} is {element.size['height']} high"
    for element in browser.driver.find_elements("css selector", ".tick, summary") if browser.size == PHONE else []:
        if element.is_displayed():
            assert element.size["height"] >= 44, f"{name}: {element.text} is {element.size['height']} high"
    # WCAG 2.2 §2.5.8
    for element in browser.driver.find_elements("css selector", ".field-row a, .crumbs a, .brand"):
        assert element.size["height"] >= 24, f"{name}: {element.text} is {element.size['height']} high"
    for pair in browser.driver.find_elements("css selector", ".actions-pair"):
        places = [(e.rect["y"], e.rect["x"]) for e in pair.find_elements("css selector", ".button")]
        assert places == sorted(places), f"{name}: Tab goes another way than one reads, at {browser.name}"
    assert browser.complaints() == [], browser.complaints()


def menus(walk: Walk):
    """what can be done to a thing stands behind one button, without script and by the keyboard, and one is open at a time"""
    with Browser(script=False, size=PHONE, shots=walk.shots) as browser:
        browser.open(f"{walk.base}/account")
        walk.sign_in(browser)
        browser.open(f"{walk.base}/_parts")
        first, second, *_ = browser.driver.find_elements("css selector", ".table .menu > summary")
        first.send_keys(Keys.ENTER)
        assert browser.text.count("Rotate secret") == 1 and "Delete" in browser.text, browser.text
        browser.shoot("menu-open")
        second.send_keys(Keys.ENTER)
        assert browser.text.count("Rotate secret") == 1, "two menus are open"
        assert browser.is_within(), "a menu sticks out"
        lines = [row.size["height"] for row in browser.driver.find_elements("css selector", ".table tbody tr")]
        assert max(lines) <= 170, f"rows of {lines} on a phone"


def marks(walk: Walk):
    """a picture that does not come is the app's initial, and ticks stand beside their words"""
    app = walk.call("POST", f"/api/v1/organizations/{walk.demo['account_id']}/apps", {
        "name": "Lost Picture", "redirect_uris": ["https://client.example/callback"], "scopes": ["data.read"],
        "logo_uri": walk.base.replace("http:", "https:") + "/no-picture.png"})
    with Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(
            "https://client.example/callback", client_id=app["client_id"], scope="data.read", nonce=None))
        walk.sign_in(browser)
        assert browser.heading.startswith("Lost Picture wants"), browser.text
        browser.shoot("consent-without-picture")
        drawn = browser.driver.execute_script(
            "const i = document.querySelector('img.party-mark'), s = getComputedStyle(i, '::after');"
            "return [i.naturalWidth, i.clientWidth, s.content, s.position]")
        assert drawn == [0, 54, '"L"', "absolute"], drawn
        # The drawn corner hangs below the middle of its box, which therefore stands above the middle of the line.
        above = browser.driver.execute_script(
            "const l = document.querySelector('.right'), t = getComputedStyle(l, '::before');"
            "return parseFloat(getComputedStyle(l).lineHeight) / 2 - parseFloat(t.top) - parseFloat(t.height) / 2")
        assert 1 <= above <= 3, above


def skipping(walk: Walk):
    """the first Tab leads past the links above a page of one's account"""
    with Browser(shots=walk.shots) as browser:
        browser.open(f"{walk.base}/account")
        walk.sign_in(browser)
        browser.find("body").send_keys(Keys.TAB)
        assert browser.focused.text == "Skip to the page", browser.focused.text
        assert browser.focused.rect["y"] >= 0, "it is not to be seen"
        browser.keys(Keys.ENTER)
        browser.keys(Keys.TAB)
        assert browser.focused.text.startswith("Change"), browser.focused.text
        assert not browser.has("main nav"), "the links belong to no page"
        browser.open(f"{walk.base}/account/password")
        assert [e.text for e in browser.driver.find_elements("css selector", ".crumbs li")] == [
            "Account", "Change password"], browser.text


def other_tab(walk: Walk):
    """a tab that waited at the sign-in goes on to its app once another has signed in"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri, prompt="consent"))
        waiting = browser.url
        browser.open(f"{walk.base}/sign-in")
        walk.sign_in(browser)
        browser.open(waiting)
        assert "wants to access your" in browser.text, browser.text
        browser.press("Use another account")
        assert browser.heading == "Sign in to Claviger" and browser.find("[name=email]").get_attribute("value") == ""
        walk.sign_in(browser)
        browser.approve()
        assert app.last()["code"], app.calls
        assert browser.complaints() == [], browser.complaints()


def taking_back(walk: Walk):
    """who approved finds the app under Your apps, takes it back, and is asked again"""
    with Callback() as app, Browser(shots=walk.shots) as browser:
        browser.open(walk.authorization(app.uri, scope="openid analytics.read"))
        walk.sign_in(browser)
        browser.approve()
        browser.open(f"{walk.base}/account/apps")
        browser.find("main details summary").click()
        assert "Read analytics" in browser.text, browser.text
        browser.shoot("apps")
        browser.press("Remove")
        assert browser.heading == "Remove access of Sample App?", browser.text
        browser.shoot("apps-remove")
        browser.press("Remove access")
        assert "Access removed." in browser.text and "No apps yet" in browser.text, browser.text
        browser.shoot("apps-empty")
        browser.open(walk.authorization(app.uri, scope="openid analytics.read"))
        assert "wants to access your" in browser.text and "Already allowed" not in browser.text, browser.text


def signing_out(walk: Walk):
    """who signs out is asked to sign in again, and a wrong password says no more than that"""
    with Browser(shots=walk.shots) as browser:
        browser.open(f"{walk.base}/account")
        browser.fill("email", walk.email)
        browser.fill("password", "not the password at all")
        browser.press("Sign in")
        assert "Wrong e-mail or password." in browser.text, browser.text
        assert browser.find("[name=email]").get_attribute("value") == walk.email
        browser.shoot("sign-in-wrong")
        browser.fill("password", walk.password)
        browser.press("Sign in")
        assert browser.url == f"{walk.base}/account", browser.url
        browser.sign_out()
        assert browser.heading == "You’re signed out", browser.text
        browser.open(f"{walk.base}/account")
        assert browser.heading == "Sign in to Claviger", browser.text


run([
    approve, again, deny, unknown_scope, unproven, form_post, without_script, keyboard, on_a_phone, menus, marks, skipping, other_tab,
    taking_back, signing_out,
])
