"""Middleware for ASGI: Starlette, FastAPI, Django, Quart and others."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, List, MutableMapping, Optional

from ._current import CALLER_KEY, current
from ._middleware import Verification
from ._refused import Refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class ASGIVerification(Verification[App, Scope]):
    """Lets a request through if its bearer credential is good, with its caller in ``scope["claviger.caller"]``."""

    @staticmethod
    def _peer_address(request: Scope) -> Optional[str]:
        client = request.get("client")
        return str(client[0]) if client else None

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
            question = self._question(values, scope)
            if question is not None:
                scope[CALLER_KEY] = await self._verifier.check_async(*question)
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
