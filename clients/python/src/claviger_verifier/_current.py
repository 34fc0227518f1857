"""The caller of the request that is being answered."""

from __future__ import annotations

import contextvars
import functools
import inspect
from typing import Any, Callable, Optional, Tuple, TypeVar, cast

from ._answer import Caller
from ._bearer import wanted_scopes
from ._refused import Refusals

#: Where the middleware puts the caller: in ASGI's scope, and in WSGI's environ.
CALLER_KEY = "claviger.caller"

#: The caller, None without a credential, and how refusals are said.
Current = Tuple[Optional[Caller], Refusals]

current: "contextvars.ContextVar[Optional[Current]]" = contextvars.ContextVar("claviger_caller", default=None)

Handler = TypeVar("Handler", bound=Callable[..., Any])


def current_caller() -> Optional[Caller]:
    """The caller of the request that is being answered; None for a request without a credential.

    Raises RuntimeError where no middleware has judged the request.
    """
    return _current()[0]


def requires(*scopes: str) -> Callable[[Handler], Handler]:
    """Has a handler, synchronous or not, answer only callers that have all these scopes::

        @requires("data.write")
        async def create(request): ...

    The middleware turns the refusal into a reply. Without scopes, any caller with a credential will do.
    """
    wanted = wanted_scopes(scope for text in scopes for scope in text.split())

    def decorate(handler: Handler) -> Handler:
        if inspect.iscoroutinefunction(handler):

            @functools.wraps(handler)
            async def judged(*arguments: Any, **named: Any) -> Any:
                _require(wanted)
                return await handler(*arguments, **named)

            return cast(Handler, judged)
        if inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler):
            raise TypeError("requires() judges a call; a generator's body runs later")

        @functools.wraps(handler)
        def judged_at_once(*arguments: Any, **named: Any) -> Any:
            _require(wanted)
            return handler(*arguments, **named)

        return cast(Handler, judged_at_once)

    return decorate


def _current() -> Current:
    found = current.get()
    if found is None:
        raise RuntimeError("no middleware of claviger_verifier has judged this request")
    return found


def _require(wanted: Tuple[str, ...]) -> None:
    caller, refusals = _current()
    if caller is None:
        raise refusals.no_credential(wanted)
    if not caller.scopes.issuperset(wanted):
        raise refusals.insufficient_scope(wanted)
