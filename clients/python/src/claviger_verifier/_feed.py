"""The listener to the revocation feed: one thread, one stream at a time, from one connection to the next."""

from __future__ import annotations

import http.client
import json
import logging
import random
import ssl
import threading
import time
from typing import Any, Callable, Optional

from ._answer import FINGERPRINT
from ._clock import SECOND, Clock
from ._events import Event, EventReader
from ._http import Connection, Origin, Redacted, retry_after
from ._memory import FeedBroken, Memory

log = logging.getLogger("claviger_verifier")

#: Seconds. A node says something four times a second.
CONNECTING = 3.0
SILENCE = 1.5

#: How long after its request a stream may begin. For as long as it lasted, one that began later would prove each moment too late
#: for that to be believed until the next one is proven.
LONGEST_OPENING = SECOND // 2

#: A node ends a stream after ten minutes, because the rates of clocks differ. One that does not is left.
LONGEST_STREAM = 660 * SECOND

_LONGEST_ID = 256
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0
_LONGEST_RETRY_AFTER = 60


class NotServed(Exception):
    """The node gives no stream. The text is ours."""

    def __init__(self, reason: str, pause: Optional[float] = None) -> None:
        super().__init__(reason)
        self.pause = pause


class Listener:
    """Listens in a thread of its own until it is stopped."""

    def __init__(
        self,
        origin: Origin,
        path: str,
        authorization: Redacted,
        memory: Memory,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._origin = origin
        self._target = origin.target(path)
        self._authorization = authorization
        self._memory = memory
        self._clock = clock
        self._on_change = on_change
        self._stop = threading.Event()
        self._connection: Optional[Connection] = None
        self._node: Optional[str] = None
        self._last_id: Optional[str] = None
        self._failures = 0
        self._last_reason = ""
        self._is_proven = False
        self._thread = threading.Thread(target=self._run, name="claviger-feed", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, and waits for it for two seconds at most."""
        self._stop.set()
        connection = self._connection
        if connection is not None:
            connection.wake()
        if self._thread is not threading.current_thread():
            self._thread.join(2)

    def abandon(self) -> None:
        """In a child process, which has the connection and not the thread: closes the copy."""
        connection = self._connection
        if connection is not None:
            connection.abandon()

    def _run(self) -> None:
        while not self._stop.is_set():
            pause = self._pause_after_stream()
            self._on_change()
            self._stop.wait(pause)

    def _pause_after_stream(self) -> float:
        """Listens to one stream to its end, and says for how many seconds to wait then."""
        try:
            self._listen()
            if not self._is_proven:
                return self._failed("is not served: the node drains")
            # It ended as it should. A little is left to chance, or all clients of a node would come at once.
            return random.uniform(0, _FIRST_PAUSE)
        except FeedBroken as error:
            # What came after the last event is not known, so the next stream is one from the beginning.
            self._last_id = None
            return self._failed(f"is broken: {error}")
        except NotServed as error:
            return self._failed(f"is not served: {error}", error.pause)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return self._failed(f"is lost: {_kind(error)}")
        except Exception as error:  # The thread must not end, and what is not proven is not believed.
            self._last_id = None
            return self._failed(f"is lost: {type(error).__name__}")
        finally:
            self._memory.end()
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.shut()

    def _failed(self, reason: str, pause: Optional[float] = None) -> float:
        if self._stop.is_set():
            return 0
        self._failures += 1
        if reason != self._last_reason:
            self._last_reason = reason
            log.warning("the revocation feed %s", reason)
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._failures, 10))
        return max(pause or 0, random.uniform(longest / 2, longest))

    def _listen(self) -> None:
        self._is_proven = False
        connection = Connection(self._origin)
        self._connection = connection
        connection.until(time.monotonic() + CONNECTING)
        connection.connect()
        headers = {
            "Authorization": self._authorization.reveal(),
            "Accept": "text/event-stream",
            "Cache-Control": "no-store",
        }
        is_resuming = self._last_id is not None
        if self._last_id is not None:
            headers["Last-Event-ID"] = self._last_id
        requested_at = self._clock()
        connection.request("GET", self._target, None, headers)
        response = connection.getresponse()
        _check(response)
        reader = EventReader()
        has_begun = False
        lines = 0
        deadline = time.monotonic() + SILENCE
        while not self._stop.is_set():
            # A line, not a byte: one that never ends is silence.
            connection.until(deadline)
            data = response.read1(64 * 1024)
            if not data:
                raise FeedEnded()
            for event in reader.feed(data):
                if not has_begun:
                    self._begin(event, requested_at, is_resuming)
                    has_begun = True
                elif self._take(event):
                    return
            if reader.lines > lines:
                lines = reader.lines
                deadline = time.monotonic() + SILENCE
            if self._clock() - requested_at > LONGEST_STREAM:
                return

    def _begin(self, event: Event, requested_at: int, is_resuming: bool) -> None:
        if event.name != "hello":
            raise FeedBroken("it does not begin with hello")
        if self._clock() - requested_at > LONGEST_OPENING:
            raise NotServed("it begins too late to prove anything in time")
        hello = _object(event.data)
        node, now, resumed = hello.get("node"), hello.get("now"), hello.get("resumed")
        if not isinstance(node, str) or not _is_stamp(now) or not isinstance(resumed, bool):
            raise FeedBroken("a hello that says too little")
        is_resumed = resumed and is_resuming and node == self._node
        self._node = node
        if not is_resumed:
            self._last_id = None
        if event.id is not None:
            self._last_id = _identifier(event.id)
        self._memory.begin(requested_at, now, is_resumed)

    def _take(self, event: Event) -> bool:
        """Does what the event says. Whether it was the last."""
        if event.name == "forget":
            fingerprints = event.data.split()
            if not fingerprints or not all(FINGERPRINT.fullmatch(text) for text in fingerprints):
                raise FeedBroken("something else than fingerprints to forget")
            self._memory.forget(fingerprints)
        elif event.name == "proof":
            if not event.data.isascii() or not event.data.isdigit() or len(event.data) > 18:
                raise FeedBroken("a proof without a stamp")
            self._memory.prove(int(event.data))
            self._is_proven = True
            self._failures = 0
            self._last_reason = ""
            self._on_change()
        elif event.name == "hello":
            raise FeedBroken("a second hello")
        elif event.name != "goodbye":
            # That is what it says, or it is one that we do not know and may say what is to be forgotten.
            self._memory.forget_everything()
        if event.id is not None:
            self._last_id = _identifier(event.id)
        return event.name == "goodbye"


class FeedEnded(ConnectionError):
    """The stream ended without a goodbye."""


def _check(response: http.client.HTTPResponse) -> None:
    """Raises NotServed."""
    pause = retry_after(response.headers, _LONGEST_RETRY_AFTER)
    if response.status in (401, 403):
        raise NotServed(f"{response.status}: are client id and secret those of a resource server?", _LONGEST_PAUSE)
    if response.status in (429, 503):
        raise NotServed(f"{response.status}", pause)
    if response.status != 200:
        raise NotServed(f"{response.status}", _LONGEST_PAUSE)
    if response.headers.get_content_type() != "text/event-stream":
        raise NotServed("the reply is no text/event-stream", _LONGEST_PAUSE)


def _kind(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted ({error.verify_message})"
    if isinstance(error, FeedEnded):
        return "it ended"
    return type(error).__name__


def _object(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise FeedBroken("an event that is no JSON object")
    return value


def _is_stamp(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18


def _identifier(text: str) -> str:
    if not 0 < len(text) <= _LONGEST_ID or any(not "!" <= letter <= "~" for letter in text):
        raise FeedBroken("an identifier of an event that is none")
    return text
