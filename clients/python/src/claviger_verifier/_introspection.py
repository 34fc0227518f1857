"""Asking Claviger what a credential is worth (RFC 7662)."""

from __future__ import annotations

import email.utils
import http.client
import time
import urllib.parse
from email.message import Message
from typing import Optional, Protocol

from ._answer import INACTIVE, Active, Address, Answer, Unreadable, parsed_answer
from ._http import Connections, Origin, Redacted, retry_after

_LARGEST_REPLY = 256 * 1024


class Unanswered(Exception):
    """There is no answer. The text is ours, and not secret."""

    def __init__(self, reason: str, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Asks(Protocol):
    """Who can be asked."""

    def ask(
        self, credential: str, organization: Optional[str], deadline: float, address: Optional[Address] = None
    ) -> Answer:
        """What the credential is worth, in that organization or in its own. Raises Unanswered.

        ``deadline`` is a moment of ``time.monotonic``; ``address`` that of the caller. The answer is the same for all, and
        made-up credentials count as that one's.
        """

    def close(self) -> None:
        """Lets go of connections."""

    def abandon(self) -> None:
        """Lets go of what belongs to the parent process."""


class Introspection:
    """Asks over HTTP."""

    def __init__(self, origin: Origin, path: str, authorization: Redacted) -> None:
        self._target = origin.target(path)
        self._authorization = authorization
        self._connections = Connections(origin)

    def ask(
        self, credential: str, organization: Optional[str], deadline: float, address: Optional[Address] = None
    ) -> Answer:
        # Whatever `client_address` says, the answer says from where the credential may be used, and is good for every caller.
        form = {"token": credential, "claviger_watch": "true"}
        if organization is not None:
            form["claviger_organization"] = organization
        if address is not None:
            form["client_address"] = str(address)
        headers = {
            "Authorization": self._authorization.reveal(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        try:
            reply = self._connections.post(
                self._target,
                headers,
                urllib.parse.urlencode(form).encode(),
                deadline=deadline,
                largest=_LARGEST_REPLY,
            )
        except (OSError, http.client.HTTPException, ValueError) as error:
            # Its text may have something of the peer's, or of the request's.
            raise Unanswered(f"no reply ({type(error).__name__})") from None
        if reply.status == 400 and organization is not None:
            return INACTIVE  # What is no identifier is nobody's.
        if reply.status in (400, 401, 403):
            raise Unanswered(f"{reply.status}: are client id and secret those of a resource server?")
        if reply.status != 200:
            raise Unanswered(f"the reply is {reply.status}", retry_after(reply.headers, 60) or 1)
        try:
            answer = parsed_answer(reply.body, _time_of_day(reply.headers))
        except Unreadable as error:
            raise Unanswered(f"the reply cannot be read: {error}") from None
        if organization is not None and isinstance(answer, Active) and answer.caller.organization != organization:
            raise Unanswered("the reply is about another organization")
        return answer

    def close(self) -> None:
        self._connections.close()

    def abandon(self) -> None:
        self._connections.abandon()


def _time_of_day(headers: Message) -> float:
    """The node's, which judged `exp`; ours where it does not say."""
    try:
        return email.utils.parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return time.time()
