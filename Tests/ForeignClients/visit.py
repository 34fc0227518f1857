"""What the scripts of this folder share: who they are told to be, a visitor of the pages, and sessions that ask again."""

import json
import os
import pathlib
import sys
import types
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"))

from proof.again import LONGEST, TRIES
from proof.pages import Visitor
from proof.ports import free_port

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


def patient(session):
    """A session of `requests`, or of a client that is one, which does what is asked of clients: a request that is answered 503 with
    Retry-After is sent again, a bounded number of times."""
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    class Again(Retry):
        RETRY_AFTER_STATUS_CODES = frozenset([503])

        def get_retry_after(self, response):
            seconds = super().get_retry_after(response)
            return seconds and min(seconds, LONGEST)

    tries = Again(
        TRIES - 1, connect=False, read=False, other=False, redirect=False, allowed_methods=None, raise_on_status=False)
    session.mount("http://", HTTPAdapter(max_retries=tries))
    return session


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
