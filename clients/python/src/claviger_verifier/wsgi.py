"""Middleware for WSGI: Flask, Django, Bottle and others."""

from __future__ import annotations

import contextvars
import http
import sys
from types import GeneratorType
from typing import Any, Callable, Dict, Iterable, Iterator, Optional

from ._answer import Caller
from ._bearer import Scopes, wanted_scopes
from ._current import CALLER_KEY, current
from ._refused import Refused
from ._verifier import Verifier

Environ = Dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


def peer_address(environ: Environ) -> Optional[str]:
    """The address of who has connected. Behind a proxy that is the proxy's."""
    return environ.get("REMOTE_ADDR") or None


class WSGIVerification:
    """Lets a request through if its bearer credential is good, with its caller in ``environ["claviger.caller"]``."""

    def __init__(
        self,
        app: App,
        verifier: Verifier,
        *,
        scopes: Scopes = (),
        optional: bool = False,
        address: Callable[[Environ], Optional[str]] = peer_address,
        organization: Optional[Callable[[Environ], Optional[str]]] = None,
    ) -> None:
        """
        :param scopes: What every request needs; ``requires`` asks for more where more is needed.
        :param optional: Lets requests without a credential through, without a caller. One that is not good is refused even so.
        :param address: Who calls, by what a proxy of yours says. Take no header field that the caller could have written.
        :param organization: In which one the caller wants to act, by what the request says; None for its own.
        """
        self._app = app
        self._verifier = verifier
        self._wanted = wanted_scopes(scopes)
        self._optional = optional
        self._address = address
        self._organization = organization

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            # Also where there is none: whatever was put there before, by whomever, is not ours.
            caller = environ[CALLER_KEY] = self._caller(environ)
        except Refused as refused:
            return _refuse(refused, start_response)
        # A context of the request's own: nothing of it is left in the thread, and a body that is made later is in it too.
        context = contextvars.copy_context()
        context.run(current.set, (caller, self._verifier.refusals))
        try:
            body = context.run(self._app, environ, start_response)
        except Refused as refused:
            return _refuse(refused, start_response, sys.exc_info())
        return _Body(context, body, start_response) if isinstance(body, GeneratorType) else body

    def _caller(self, environ: Environ) -> Optional[Caller]:
        # Servers join fields that were sent several times with commas, which no credential has.
        values = [environ["HTTP_AUTHORIZATION"]] if "HTTP_AUTHORIZATION" in environ else []
        if not values and self._optional:
            return None
        credential = self._verifier.presented(values, self._wanted)
        organization = self._organization(environ) if self._organization else None
        return self._verifier.check(credential, self._wanted, self._address(environ), organization)


class _Body:
    """The body of an application that is a generator, which does all its work while it is read."""

    def __init__(self, context: contextvars.Context, body: "GeneratorType[bytes, Any, Any]", start: StartResponse) -> None:
        self._context = context
        self._body = body
        self._start = start

    def __iter__(self) -> Iterator[bytes]:
        done = object()
        while True:
            try:
                part = self._context.run(next, self._body, done)
            except Refused as refused:
                # Where a part was sent already, the server raises what it is given.
                yield from _refuse(refused, self._start, sys.exc_info())
                return
            if part is done:
                return
            yield part  # type: ignore[misc]

    def close(self) -> None:
        self._context.run(self._body.close)


def _refuse(refused: Refused, start_response: StartResponse, failure: Any = None) -> Iterable[bytes]:
    status = f"{refused.status} {http.HTTPStatus(refused.status).phrase}"
    try:
        # PEP 3333: what was begun and not sent yet is replaced.
        start_response(status, refused.headers, *([failure] if failure else []))
    finally:
        del failure
    return [refused.body]
