"""Reading what a request presents and what a route wants."""

from __future__ import annotations

import functools
import re
from typing import Iterable, Sequence, Tuple, Union

from ._refused import Refusals

#: RFC 6750 §2.1, and no longer than anything that Claviger issues.
_CREDENTIAL = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
_LONGEST = 8_192
#: RFC 6749 §3.3. Without quotes and backslashes, so that it can stand in a challenge as it is.
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+", re.ASCII)

Scopes = Union[str, Iterable[str]]


def is_credential(text: str) -> bool:
    """Whether the text has the form of a bearer credential at all; anything else need not be asked about."""
    return len(text) <= _LONGEST and _CREDENTIAL.fullmatch(text) is not None


def presented_credential(values: Sequence[str], refusals: Refusals, wanted: Sequence[str]) -> str:
    """The credential in the values of all ``Authorization`` fields of a request. Raises Refused."""
    if len(values) > 1:
        # Whichever were taken, somebody would mean the other.
        raise refusals.invalid_request("Send one credential, in one place.")
    scheme, _, rest = values[0].strip(" \t").partition(" ") if values else ("", "", "")
    if scheme.lower().startswith("bearer:"):
        raise refusals.invalid_request("Write the credential after Bearer and a blank, without a colon.")
    if scheme.lower() != "bearer":
        raise refusals.no_credential(wanted)
    credential = rest.strip(" ")
    if not is_credential(credential):
        raise refusals.invalid_request("Write one credential after Bearer and a blank.")
    return credential


def wanted_scopes(scopes: Scopes) -> Tuple[str, ...]:
    """Scopes as a tuple, from a text with blanks between them or from an iterable of them."""
    return _checked(tuple(scopes.split()) if isinstance(scopes, str) else tuple(scopes))


@functools.lru_cache(maxsize=1024)
def _checked(scopes: Tuple[str, ...]) -> Tuple[str, ...]:
    for scope in scopes:
        if not isinstance(scope, str) or _SCOPE.fullmatch(scope) is None:
            raise ValueError(f"not a scope: {scope!r}")
    return tuple(dict.fromkeys(scopes))

