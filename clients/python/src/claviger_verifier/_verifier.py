"""The verifier: what is known is answered from memory, the rest is asked once."""

from __future__ import annotations

import asyncio
import concurrent.futures
import hashlib
import logging
import os
import ssl
import threading
import time
import weakref
from types import TracebackType
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type, Union

from ._answer import Active, Address, Answer, Caller, Inactive, INACTIVE, parsed_address
from ._bearer import Scopes, is_credential, presented_credential, wanted_scopes
from ._clock import SECOND, Clock, default_clock
from ._feed import Listener
from ._http import Origin, basic
from ._introspection import Asks, Introspection, Unanswered
from ._memory import TRUST, Memory
from ._refused import Refusals

log = logging.getLogger("claviger_verifier")

#: For how long what was true may be acted upon: the bound itself.
BOUND = SECOND

#: How old a question may be for others to wait for its answer too: that has to come before it is too old to be used.
JOINABLE = BOUND - TRUST

#: What a question says: an answer, or how long to wait before the next.
Outcome = Union[Answer, Unanswered]


class _Flight:
    """One question, and all who wait for its answer."""

    __slots__ = ("asked_at", "deadline", "outcome")

    def __init__(self, asked_at: int) -> None:
        self.asked_at = asked_at
        self.deadline = time.monotonic() + TRUST / SECOND
        self.outcome: "concurrent.futures.Future[Outcome]" = concurrent.futures.Future()


class Verifier:
    """Says who calls, by an API key or access token. Safe to share between threads; one for each process and issuer.

    The thread that listens is started by the first check, or by ``start()``, so that a server may be made before it forks.
    """

    #: Questions at a time; and those of them for which ``check_async`` has threads.
    _MOST_FLIGHTS = 1_000
    _MOST_THREADS = 16

    _lock: threading.Lock
    _memory: Memory
    _asks: Asks
    _flights: Dict[bytes, _Flight]
    _listener: Optional[Listener]
    _executor: Optional[concurrent.futures.ThreadPoolExecutor]
    _remembers: threading.Event

    def __init__(
        self,
        issuer_url: str,
        client_id: str,
        client_secret: str,
        *,
        stream: bool = True,
        introspection_path: str = "/oauth2/introspect",
        feed_path: str = "/api/v1/revocation-feed",
        max_entries: int = 100_000,
        realm: str = "api",
        ssl_context: Optional[ssl.SSLContext] = None,
        allow_http: bool = False,
        clock: Optional[Clock] = None,
    ) -> None:
        """
        :param issuer_url: Where Claviger is, with its path if it has one. Only https, except to this machine.
        :param client_id: Of a resource server.
        :param client_secret: Of it.
        :param stream: Whether to listen to revocations. Without, each check is a question to Claviger.
        :param max_entries: How many credentials are remembered.
        :param realm: What challenges name the API.
        :param ssl_context: For an authority of one's own: ``ssl.create_default_context(cafile=…)``.
        :param allow_http: Lets the secret and all credentials pass in the clear, also beyond this machine.
        :param clock: Nanoseconds of a clock that counts on while the machine sleeps.
        """
        if max_entries < 1:
            raise ValueError("max_entries must be positive")
        if not client_id or not client_secret:
            raise ValueError("client_id and client_secret must not be empty")
        self._origin = Origin(issuer_url, context=ssl_context, allows_http=allow_http)
        self._authorization = basic(client_id, client_secret)
        self._client_id = client_id
        self._is_streaming = stream
        self._introspection_path = introspection_path
        self._feed_path = feed_path
        self._origin.target(feed_path)
        self._max_entries = max_entries
        self._clock = clock or default_clock()
        self.refusals = Refusals(realm)
        self._is_closed = False
        self._begin()
        _all.add(self)
        if not stream:
            log.warning("verification asks Claviger at each call, because it has no stream")

    def __repr__(self) -> str:
        return f"Verifier({self._origin.url!r}, client_id={self._client_id!r}, mode={self.mode!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        raise TypeError("a verifier is not pickled")

    def __enter__(self) -> "Verifier":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    # MARK: life

    def start(self) -> None:
        """Begins to listen, if it does not yet: best called by each worker process when it starts."""
        if self._listener is not None or not self._is_streaming:
            return
        with self._lock:
            if self._listener is not None or self._is_closed:
                return
            listener = Listener(
                self._origin, self._feed_path, self._authorization, self._memory, self._clock, self._note_mode
            )
            listener.start()
            self._listener = listener

    def wait_until_remembering(self, timeout: float) -> bool:
        """Waits, after a start, until memory is believed. Whether it is."""
        self.start()
        return self._remembers.wait(timeout) and self.mode == "remembering"

    def close(self) -> None:
        """Stops listening, forgets everything and lets go of connections. Checks ask at each call from then on."""
        with self._lock:
            self._is_closed = True
            listener, self._listener = self._listener, None
            executor, self._executor = self._executor, None
        if listener is not None:
            listener.stop()
        self._memory = Memory(self._clock, self._max_entries)
        self._asks.close()
        if executor is not None:
            executor.shutdown(wait=False)

    @property
    def mode(self) -> str:
        """``remembering`` while memory is believed, ``asking`` while each call is a question to Claviger."""
        return "remembering" if self._memory.is_trusted else "asking"

    def _begin(self) -> None:
        """Everything that belongs to one process."""
        self._lock = threading.Lock()
        self._memory = Memory(self._clock, self._max_entries)
        self._origin.begin()
        self._asks = Introspection(self._origin, self._introspection_path, self._authorization)
        self._flights = {}
        self._listener = None
        self._executor = None
        self._noted_mode = "asking"
        self._remembers = threading.Event()
        self._warned_at = float("-inf")

    def _begin_in_child(self) -> None:
        """After a fork threads and trust are the parent's, and so are the connections, of which there are copies here."""
        asks, listener = self._asks, self._listener
        self._begin()
        asks.abandon()
        if listener is not None:
            listener.abandon()

    def _note_mode(self) -> None:
        mode = self.mode
        if mode == self._noted_mode:
            return
        with self._lock:
            if mode == self._noted_mode:
                return
            self._noted_mode = mode
        if mode == "remembering":
            self._remembers.set()
            log.info("verification answers from memory")
        else:
            self._remembers.clear()
            log.warning("verification asks Claviger at each call, because its stream is not heard")

    # MARK: checks

    def check(
        self,
        credential: str,
        scopes: Scopes = (),
        address: Union[str, Address, None] = None,
        organization: Optional[str] = None,
    ) -> Caller:
        """Who calls, if the credential has all the scopes and may be used from the address.

        :param scopes: Names, or one text with blanks between them. Empty: any credential that is good.
        :param address: The caller's. Without one, or with a text that is none, a credential that is limited to addresses is
            refused.
        :param organization: In which the caller wants to act: its own or one below it. None: its own.
        :raises Refused: with status, header fields and body of the reply.
        """
        wanted = wanted_scopes(scopes)
        digest = self._digest(credential, organization, wanted)
        active = self._recall(digest)
        if active is None:
            outcome = self._ask(digest, credential, organization, address)
            if outcome is INACTIVE and organization is not None:
                own = self._digest(credential, None, wanted)
                self._active(self._recall(own) or self._ask(own, credential, None, address), wanted)
                raise self.refusals.organization()
            active = self._active(outcome, wanted)
        return self._judge(active, wanted, address)

    async def check_async(
        self,
        credential: str,
        scopes: Scopes = (),
        address: Union[str, Address, None] = None,
        organization: Optional[str] = None,
    ) -> Caller:
        """As ``check``. What is known is answered at once, on the event loop; a question has a thread of its own."""
        wanted = wanted_scopes(scopes)
        digest = self._digest(credential, organization, wanted)
        active = self._recall(digest)
        if active is None:
            outcome = await self._ask_async(digest, credential, organization, address)
            if outcome is INACTIVE and organization is not None:
                own = self._digest(credential, None, wanted)
                self._active(self._recall(own) or await self._ask_async(own, credential, None, address), wanted)
                raise self.refusals.organization()
            active = self._active(outcome, wanted)
        return self._judge(active, wanted, address)

    def presented(self, values: Sequence[str], scopes: Scopes = ()) -> str:
        """The credential in the values of all ``Authorization`` fields of a request.

        :raises Refused: where there is none, or several.
        """
        return presented_credential(values, self.refusals, wanted_scopes(scopes))

    def _digest(self, credential: str, organization: Optional[str], wanted: Sequence[str]) -> bytes:
        if not is_credential(credential):
            raise self.refusals.invalid_token(wanted)
        if self._listener is None:
            self.start()
        if organization is None:
            return hashlib.sha256(credential.encode()).digest()
        # No credential has a blank.
        return hashlib.sha256(f"{credential} {organization}".encode("utf-8", "replace")).digest()

    def _recall(self, digest: bytes) -> Optional[Active]:
        entry = self._memory.recall(digest)
        return None if entry is None else entry.active

    def _judge(self, active: Active, wanted: Tuple[str, ...], address: Union[str, Address, None]) -> Caller:
        if active.networks is not None and not active.admits(parsed_address(address)):
            raise self.refusals.address()
        if not active.caller.scopes.issuperset(wanted):
            raise self.refusals.insufficient_scope(wanted)
        return active.caller

    def _active(self, outcome: Outcome, wanted: Sequence[str]) -> Active:
        if isinstance(outcome, Active):
            return outcome
        if isinstance(outcome, Inactive):
            raise self.refusals.invalid_token(wanted)
        raise self.refusals.unavailable(outcome.retry_after)

    # MARK: questions

    def _ask(
        self, digest: bytes, credential: str, organization: Optional[str], address: Union[str, Address, None]
    ) -> Outcome:
        if self._memory.recall_inactive(digest):
            return INACTIVE
        flight, leads = self._board(digest)
        if flight is None:
            return Unanswered("too many questions at a time")
        if leads:
            self._fly(flight, digest, credential, organization, parsed_address(address))
        try:
            outcome = flight.outcome.result(max(0.0, flight.deadline - time.monotonic()))
        except concurrent.futures.TimeoutError:
            outcome = Unanswered("no reply in time")
        return self._landed(outcome, flight, digest)

    async def _ask_async(
        self, digest: bytes, credential: str, organization: Optional[str], address: Union[str, Address, None]
    ) -> Outcome:
        if self._memory.recall_inactive(digest):
            return INACTIVE
        flight, leads = self._board(digest)
        if flight is None:
            return Unanswered("too many questions at a time")
        if leads:
            try:
                self._threads().submit(self._fly, flight, digest, credential, organization, parsed_address(address))
            except RuntimeError:  # The interpreter ends, or the verifier was closed.
                self._land(flight, digest, Unanswered("no thread"))
        waiter = asyncio.wrap_future(flight.outcome)
        await asyncio.wait({waiter}, timeout=max(0.0, flight.deadline - time.monotonic()))
        outcome = waiter.result() if waiter.done() else Unanswered("no reply in time")
        return self._landed(outcome, flight, digest)

    def _board(self, digest: bytes) -> Tuple[Optional[_Flight], bool]:
        """The question that is under way, or a new one; and whether it is for this caller to ask it."""
        now = self._clock()
        with self._lock:
            flight = self._flights.get(digest)
            if flight is not None and now - flight.asked_at <= JOINABLE:
                return flight, False
            if flight is None and len(self._flights) >= self._MOST_FLIGHTS:
                return None, False
            flight = self._flights[digest] = _Flight(now)
            return flight, True

    def _fly(
        self, flight: _Flight, digest: bytes, credential: str, organization: Optional[str], address: Optional[Address]
    ) -> None:
        outcome: Outcome = Unanswered("the question was broken off")
        memory = self._memory
        try:
            outcome = self._asks.ask(credential, organization, flight.deadline, address)
            memory.learn(digest, outcome, flight.asked_at)
        except Unanswered as error:
            outcome = error
            self._warn(error)
        except Exception as error:  # Whoever waits is refused, and its text may have something of the credential.
            outcome = Unanswered(f"the question failed ({type(error).__name__})")
            self._warn(outcome)
        finally:
            self._land(flight, digest, outcome)

    def _land(self, flight: _Flight, digest: bytes, outcome: Outcome) -> None:
        with self._lock:
            if self._flights.get(digest) is flight:
                del self._flights[digest]
        flight.outcome.set_result(outcome)

    def _landed(self, outcome: Outcome, flight: _Flight, digest: bytes) -> Outcome:
        """The outcome, unless it is older by now than anything may be that is not proven."""
        self._note_mode()
        good_for = TRUST
        if isinstance(outcome, Active):
            # What it says was true so long before the question as the node told, or later.
            age = TRUST if outcome.age is None else min(outcome.age * SECOND // 1000, TRUST)
            good_for = min(TRUST, BOUND - age)
        if isinstance(outcome, Unanswered) or self._clock() - flight.asked_at <= good_for:
            return outcome
        return self._recall(digest) or Unanswered("the reply came too late")

    def _threads(self) -> concurrent.futures.ThreadPoolExecutor:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("closed")
            if self._executor is None:
                self._executor = concurrent.futures.ThreadPoolExecutor(self._MOST_THREADS, "claviger-question")
            return self._executor

    def _warn(self, error: Unanswered) -> None:
        """Says what is wrong, at most every ten seconds."""
        now = time.monotonic()
        with self._lock:
            if now - self._warned_at < 10:
                return
            self._warned_at = now
        log.warning("Claviger does not say what a credential is worth: %s", error)


_all: "weakref.WeakSet[Verifier]" = weakref.WeakSet()


def _begin_in_child() -> None:
    verifiers: List[Verifier] = list(_all)
    for verifier in verifiers:
        verifier._begin_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)
