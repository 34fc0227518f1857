"""What the middlewares of ASGI and WSGI have in common."""

from __future__ import annotations

from typing import Callable, Generic, Optional, Sequence, Tuple, TypeVar

from ._bearer import Scopes, wanted_scopes
from ._verifier import Verifier

App = TypeVar("App")
Request = TypeVar("Request")

#: What a verifier is asked: a credential, scopes, an address and an organization.
Question = Tuple[str, Tuple[str, ...], Optional[str], Optional[str]]


class Verification(Generic[App, Request]):
    """What a middleware is told, and what it asks about a request."""

    def __init__(
        self,
        app: App,
        verifier: Verifier,
        *,
        scopes: Scopes = (),
        optional: bool = False,
        address: Optional[Callable[[Request], Optional[str]]] = None,
        organization: Optional[Callable[[Request], Optional[str]]] = None,
    ) -> None:
        """
        :param scopes: What every request needs; ``requires`` asks for more where more is needed.
        :param optional: Lets requests without a credential through, without a caller. One that is not good is refused even so.
        :param address: Who calls, by what a proxy of yours says; without it, who has connected. Take no header field that the
            caller could have written.
        :param organization: In which one the caller wants to act, by what the request says; None for its own.
        """
        self._app = app
        self._verifier = verifier
        self._wanted = wanted_scopes(scopes)
        self._optional = optional
        self._address = address or self._peer_address
        self._organization = organization

    @staticmethod
    def _peer_address(request: Request) -> Optional[str]:
        """The address of who has connected. Behind a proxy that is the proxy's."""
        raise NotImplementedError

    def _question(self, values: Sequence[str], request: Request) -> Optional[Question]:
        """What to ask about a request with these ``Authorization`` fields; None where it needs no caller. Raises Refused."""
        if not values and self._optional:
            return None
        credential = self._verifier.presented(values, self._wanted)
        organization = self._organization(request) if self._organization else None
        return credential, self._wanted, self._address(request), organization
