"""Verifies Claviger's API keys and access tokens in the process that needs it.

What was learned of a credential is remembered, and forgotten within a second of its revocation, whatever breaks::

    verifier = Verifier("https://claviger.example.com", client_id, client_secret)
    caller = verifier.check(credential, scopes=["data.read"], address="203.0.113.9")
"""

from ._answer import Caller
from ._current import CALLER_KEY, current_caller, requires
from ._refused import Refused
from ._verifier import Verifier
from .asgi import ASGIVerification
from .wsgi import WSGIVerification

__all__ = [
    "ASGIVerification",
    "CALLER_KEY",
    "Caller",
    "Refused",
    "Verifier",
    "WSGIVerification",
    "current_caller",
    "requires",
]
