"""What the scripts of this folder share: who they are told to be, and a visitor of the pages."""

import json
import os
import pathlib
import socket
import sys
import types
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"))

from proof.pages import Visitor

# The server under test speaks plain HTTP on this machine.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def told():
    """The object in the file that is named: issuer, email, password, client_id, client_secret, redirect_uri, scope and more."""
    return types.SimpleNamespace(**json.loads(pathlib.Path(sys.argv[1]).read_text()))


def approved(case, url):
    """The address that the browser of a user who approves is sent to."""
    page = Visitor(case.issuer).consent(url, case.email, case.password)
    assert page.away, f"{page.status} {page.url}: {page.text[:600]}"
    assert page.away.startswith(case.redirect_uri), page.away
    return page.away


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def followed(address):
    """The path and the query of an address of the app's own, for a client that calls the app in this process."""
    parts = urllib.parse.urlsplit(address)
    return f"{parts.path}?{parts.query}"


def django_site(urls, **settings):
    """A client of a Django site at http://127.0.0.1, in this process, with a database in memory. `urls` are prefixes and what
    they include."""
    import django
    from django.conf import settings as django_settings

    django_settings.configure(
        SECRET_KEY="for this test alone", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF="site_urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                    ]
                },
            }
        ], **settings)
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.urls import include, path

    module = types.ModuleType("site_urls")
    module.urlpatterns = [path(prefix, include(name)) for prefix, name in urls]
    sys.modules["site_urls"] = module
    call_command("migrate", verbosity=0)
    return Client(HTTP_HOST="127.0.0.1")
