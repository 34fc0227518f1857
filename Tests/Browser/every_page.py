"""Every page that the people of a demonstration reach by links: nothing sticks out, axe-core finds nothing, and nothing
is said on the console. `every_page.py CREDENTIALS [--way 360-dark | --pictures FOLDER]`

A page counts once however many things there are of its kind. With --way, the first person and the last (the operator's)
walk through, seeing pages in that one way; else everybody does, and sees them on a desktop and a phone, light and dark."""

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
WAYS = {"1280-light": (WIDE, False), "1280-dark": (WIDE, True), "360-light": (PHONE, False), "360-dark": (PHONE, True)}
MOST_PAGES = 120
IDENTIFIER = re.compile(r"\b[a-z]{2,4}_[0-9A-Za-z]{16,}")


def kind(url):
    """What a page is, whichever thing it is about and however its list is narrowed down."""
    return IDENTIFIER.sub("-", urllib.parse.urlsplit(url).path)


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


def faults_of(browser, page, role):
    """What is wrong with the page that is open, as sentences."""
    where = f"{page} as {role} at {browser.name}"
    if not browser.has("h1"):
        return [f"{where}: no heading: {browser.text[:200]}"]
    sticks_out = [] if browser.is_within() else [f"{where}: sticks out"]
    return sticks_out + [f"{where}: {fault}" for fault in browser.barriers() + browser.complaints()]


def walk(base, person, role, seen, way):
    """The addresses of the pages that the person reaches and nobody before did, by their kinds; and what is wrong with
    them."""
    found, faults, waiting, queued = {}, [], collections.deque([base + "/"]), set()
    with Browser(way[0], dark=way[1]) as browser:
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
                faults += faults_of(browser, kind(here), role)
            waiting.extend(links(browser, base))
        if len(queued) >= MOST_PAGES:
            raise SystemExit(f"more than {MOST_PAGES} kinds of pages: {sorted(queued)}")
    return found, faults


def look(base, person, role, pages, way, pictures):
    """What is wrong with these pages in another way of seeing them, with a picture of each where pictures are wanted."""
    faults = []
    with Browser(way[0], dark=way[1], shots=pictures) as browser:
        sign_in(browser, base, person)
        for page, url in pages.items():
            browser.open(url)
            faults += faults_of(browser, page, role)
            if browser.has("h1"):
                # A list and one of its things have pictures of their own.
                browser.shoot(re.sub(r"[^a-z0-9]+", "-", f"{role}{page.replace('/-', '/one')}".lower()).strip("-"))
    return faults


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("credentials")
    options.add_argument("--way", choices=WAYS)
    options.add_argument("--pictures")
    chosen = options.parse_args()
    demo = json.loads(pathlib.Path(chosen.credentials).read_text(encoding="utf-8"))
    if chosen.pictures:
        pathlib.Path(chosen.pictures).mkdir(parents=True, exist_ok=True)
    people = demo.get("people") or {"admin": demo["admin"]}
    everybody = list(people.items())
    seen, faults = {}, []
    for role, person in ([everybody[0], everybody[-1]] if chosen.way else everybody):
        pages, wrong = walk(demo["issuer"], person, role, seen, WAYS[chosen.way or "1280-light"])
        seen |= pages
        faults += wrong
        for page in pages:
            print(f"{role}: {page}")
        for name, way in ([] if chosen.way or not pages else WAYS.items()):
            if name != "1280-light" or chosen.pictures:
                faults += look(demo["issuer"], person, role, pages, way, chosen.pictures)
    print(f"{len(seen)} kinds of pages, {len(faults)} faults")
    for fault in faults:
        print("FAULT", fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
