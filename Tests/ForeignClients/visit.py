"""What the scripts of this folder share: who they are told to be, and a visitor of the pages."""

import json
import os
import pathlib
import sys
import types

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
