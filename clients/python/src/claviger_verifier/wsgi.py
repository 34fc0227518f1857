"""Middleware for WSGI: Flask, Django, Bottle and others."""

from __future__ import annotations

import contextvars
import http
import sys
from types import GeneratorType
from typing import Any, Callable, Dict, Iterable, Iterator, Optional

from ._answer import Caller
from ._current import CALLER_KEY, current
from ._middleware import Verification
from ._refused import Refused

Environ = Dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


class WSGIVerification(Verification[App, Environ]):
    """Lets a request through if its bearer credential is good, with its caller in ``environ["claviger.caller"]``."""

    @staticmethod
    def _peer_address(request: Environ) -> Optional[str]:
        return request.get("REMOTE_ADDR") or None

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
        question = self._question(values, environ)
        return None if question is None else self._verifier.check(*question)


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
