"""Middleware for ASGI: Starlette, FastAPI, Django, Quart and others."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, List, MutableMapping, Optional

from ._bearer import Scopes, wanted_scopes
from ._current import CALLER_KEY, current
from ._refused import Refused
from ._verifier import Verifier

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def peer_address(scope: Scope) -> Optional[str]:
    """The address of who has connected. Behind a proxy that is the proxy's."""
    client = scope.get("client")
    return str(client[0]) if client else None


class ASGIVerification:
    """Lets a request through if its bearer credential is good, with its caller in ``scope["claviger.caller"]``."""

    def __init__(
        self,
        app: App,
        verifier: Verifier,
        *,
        scopes: Scopes = (),
        optional: bool = False,
        address: Callable[[Scope], Optional[str]] = peer_address,
        organization: Optional[Callable[[Scope], Optional[str]]] = None,
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            self._verifier.start()
            await self._app(scope, receive, send)
            return
        if kind not in ("http", "websocket"):
            raise RuntimeError(f"cannot judge what is neither http nor websocket: {kind!r}")
        scope[CALLER_KEY] = None
        has_begun = False

        async def observed_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        values = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"authorization"]
        token = None
        try:
            if values or not self._optional:
                credential = self._verifier.presented(values, self._wanted)
                organization = self._organization(scope) if self._organization else None
                scope[CALLER_KEY] = await self._verifier.check_async(
                    credential, self._wanted, self._address(scope), organization
                )
            token = current.set((scope[CALLER_KEY], self._verifier.refusals))
            await self._app(scope, receive, observed_send)
        except Refused as refused:
            if has_begun:
                raise
            await _refuse(scope, send, refused)
        finally:
            if token is not None:
                current.reset(token)


async def _refuse(scope: Scope, send: Send, refused: Refused) -> None:
    headers: List[Any] = [(name.lower().encode(), value.encode("latin-1")) for name, value in refused.headers]
    prefix = "http"
    if scope["type"] == "websocket":
        extensions: Dict[str, Any] = scope.get("extensions") or {}
        if "websocket.http.response" not in extensions:
            await send({"type": "websocket.close", "code": 1008})
            return
        prefix = "websocket.http"
    await send({"type": f"{prefix}.response.start", "status": refused.status, "headers": headers})
    await send({"type": f"{prefix}.response.body", "body": refused.body})
