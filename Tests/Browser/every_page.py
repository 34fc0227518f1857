"""Every page that the people of a demonstration reach by links: nothing sticks out, axe-core finds nothing, and nothing
is said on the console. `every_page.py CREDENTIALS [--all] [--pictures FOLDER]`

A page counts once however many things there are of its kind. Each is seen on a desktop and on a phone, one light and the
other dark; with --all, and where pictures are wanted, on both in both."""

import argparse
import collections
import json
import pathlib
import re
import sys
import urllib.parse

from browser import Browser

PHONE = (360, 740)
WIDE = (1280, 900)
ENOUGH = [(WIDE, False), (PHONE, True)]
ALL = [(WIDE, False), (WIDE, True), (PHONE, False), (PHONE, True)]
MOST_PAGES = 120
IDENTIFIER = re.compile(r"\b[a-z]{2,4}_[0-9A-Za-z]{16,}")


def kind(url):
    """What a page is, whichever thing it is about."""
    parts = urllib.parse.urlsplit(url)
    names = sorted({name for name, _ in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)})
    return IDENTIFIER.sub("-", parts.path) + ("?" + "&".join(names) if names else "")


def links(browser, base):
    """Where the page leads on this server, without what is downloaded."""
    found = browser.driver.execute_script(
        "return [...document.querySelectorAll('main a[href], header a[href], nav a[href]')]"
        ".filter(a => !a.hasAttribute('download')).map(a => a.href)")
    return [url.partition("#")[0] for url in found
            if url.startswith(base + "/") and not url.endswith(".txt") and "/assets/" not in url]


def sign_in(browser, base, person):
    browser.open(base + "/sign-in")
    browser.fill("email", person["email"])
    browser.fill("password", person["password"])
    browser.press("Sign in")


def reach(base, person, seen):
    """The addresses of the pages that the person reaches and nobody before did, by their kinds."""
    found, waiting, queued = {}, collections.deque([base + "/"]), set()
    with Browser(WIDE) as browser:
        sign_in(browser, base, person)
        waiting.append(browser.url)
        while waiting and len(queued) < MOST_PAGES:
            url = waiting.popleft()
            if kind(url) in queued:
                continue
            queued.add(kind(url))
            browser.open(url)
            here = browser.url
            if here.startswith(base) and kind(here) not in seen and kind(here) not in found:
                found[kind(here)] = here
            waiting.extend(links(browser, base))
        if len(queued) >= MOST_PAGES:
            raise SystemExit(f"more than {MOST_PAGES} kinds of pages: {sorted(queued)}")
    return found


def look(base, person, pages, ways, pictures, role):
    """What is wrong with the pages, as sentences."""
    faults = []
    for size, dark in ways:
        with Browser(size, dark=dark, shots=pictures) as browser:
            sign_in(browser, base, person)
            for page, url in pages.items():
                browser.open(url)
                where = f"{page} as {role} at {browser.name}"
                if not browser.has("h1"):
                    faults.append(f"{where}: no heading: {browser.text[:200]}")
                    continue
                if not browser.is_within():
                    faults.append(f"{where}: sticks out")
                faults += [f"{where}: {barrier}" for barrier in browser.barriers()]
                faults += [f"{where}: {complaint}" for complaint in browser.complaints()]
                browser.shoot(re.sub(r"[^a-z0-9]+", "-", f"{role}{page}".lower()).strip("-"))
    return faults


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("credentials")
    options.add_argument("--all", action="store_true")
    options.add_argument("--pictures")
    chosen = options.parse_args()
    demo = json.loads(pathlib.Path(chosen.credentials).read_text(encoding="utf-8"))
    if chosen.pictures:
        pathlib.Path(chosen.pictures).mkdir(parents=True, exist_ok=True)
    people = demo.get("people") or {"admin": demo["admin"]}
    seen, faults = {}, []
    for role, person in people.items():
        pages = reach(demo["issuer"], person, seen)
        seen |= pages
        for page in pages:
            print(f"{role}: {page}")
        if pages:
            faults += look(demo["issuer"], person, pages, ALL if chosen.all or chosen.pictures else ENOUGH,
                           chosen.pictures, role)
    print(f"{len(seen)} kinds of pages, {len(faults)} faults")
    for fault in faults:
        print("FAULT", fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
