"""What is remembered of credentials, and until when it may be believed.

The argument. Let t0 be our clock when the request for the feed began to be sent, and n0 the node's own stamp in its first
event. The node took n0 after t0, so its stamp n lies, on our clock, not before t0 + (n - n0). A proof n says that everything
that was committed up to n stands before it in the stream, so has been heard, and forgotten, here. Memory may then be believed
until 750 ms after that moment. The comparison is made at every check: nothing is believed because a connection seems alive,
and no timer has to fire.
"""

from __future__ import annotations

import collections
import threading
from typing import Dict, Iterable, Optional, Set, Tuple

from ._answer import Active, Answer, Inactive
from ._clock import SECOND, Clock

#: How old what is believed may be: what a proof vouches for, and what a node that answers believes itself.
TRUST = SECOND * 3 // 4

#: For how long it is remembered that a credential is not good.
INACTIVE_FOR = SECOND

#: By how much the rates of two clocks may differ: 200 millionths.
_RATE_LOSS = 5_000

#: For how long it is remembered what was heard: a question may take as long as trust lasts, and is compared with what was
#: heard that long before it.
_HEARD_FOR = 2 * SECOND

_NEVER = -(1 << 62)

class FeedBroken(Exception):
    """The stream says what cannot be. The text is ours."""


class Entry:
    """What is remembered of one credential."""

    __slots__ = ("active", "ends", "used", "watch")

    def __init__(self, active: Active, watch: Tuple[str, ...], ends: int) -> None:
        self.active = active
        self.watch = watch
        self.ends = ends
        self.used = False


class Memory:
    """Bounded memory with an age. Checks read it without a lock; one listener and many questions change it."""

    def __init__(
        self, clock: Clock, max_entries: int, max_inactive: int = 10_000, max_heard: int = 100_000
    ) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._max_inactive = max_inactive
        self._max_heard = max_heard
        self._lock = threading.Lock()
        self._trusted_until = _NEVER
        self._entries: "collections.OrderedDict[bytes, Entry]" = collections.OrderedDict()
        self._inactive: "collections.OrderedDict[bytes, int]" = collections.OrderedDict()
        self._watchers: Dict[str, Set[bytes]] = {}
        #: When what was last heard of, oldest first.
        self._heard: "collections.OrderedDict[str, int]" = collections.OrderedDict()
        #: What was announced before this moment may have been missed.
        self._horizon = _NEVER
        self._is_heard = False
        #: The moments at which the present stream began, on our clock and on the node's.
        self._origin: Optional[Tuple[int, int]] = None

    # MARK: checks

    @property
    def is_trusted(self) -> bool:
        """Whether what is remembered may be believed now."""
        return self._clock() <= self._trusted_until

    def recall(self, digest: bytes) -> Optional[Entry]:
        """What is known of a credential, None if it has to be asked."""
        # In this order: an entry that is read after the proof has outlived everything that the proof vouches for, however
        # long this thread stands still between the lines.
        trusted_until = self._trusted_until
        entry = self._entries.get(digest)
        if entry is None:
            return None
        now = self._clock()
        if now > trusted_until or now >= entry.ends:
            return None
        entry.used = True
        return entry

    def recall_inactive(self, digest: bytes) -> bool:
        """Whether the credential is known not to be good."""
        trusted_until = self._trusted_until
        ends = self._inactive.get(digest)
        return ends is not None and self._clock() <= min(trusted_until, ends)

    # MARK: questions

    def learn(self, digest: bytes, answer: Answer, asked_at: int) -> bool:
        """Remembers what a question that began at ``asked_at`` was answered, unless it was overtaken."""
        with self._lock:
            now = self._clock()
            # The node that answered may have believed a memory of that age, and need not be the node of the stream.
            since = asked_at - TRUST
            if not self._is_heard or now - asked_at > TRUST or since < self._horizon:
                return False
            if isinstance(answer, Inactive):
                if now > self._trusted_until:
                    return False
                self._inactive.pop(digest, None)
                self._inactive[digest] = asked_at + INACTIVE_FOR
                while len(self._inactive) > self._max_inactive:
                    self._inactive.popitem(last=False)
                return True
            ends = asked_at + int(answer.remaining * SECOND)
            if answer.watch is None or ends <= now:
                return False
            self._drop_what_was_heard_long_ago(now)
            if any(self._heard.get(fingerprint, _NEVER) >= since for fingerprint in answer.watch):
                return False
            self._drop(digest)
            self._make_room(now)
            for fingerprint in answer.watch:
                self._watchers.setdefault(fingerprint, set()).add(digest)
            self._entries[digest] = Entry(answer, answer.watch, ends)
            return True

    # MARK: the feed

    def begin(self, requested_at: int, node_now: int, resumed: bool) -> None:
        """A stream began. The request for it began to be sent at ``requested_at``."""
        with self._lock:
            self._origin = (requested_at, node_now)
            self._is_heard = True
            if not resumed:
                self._trusted_until = _NEVER
                self._forget_everything()

    def end(self) -> None:
        """The stream ended. What is remembered keeps its trust until its age says otherwise; nothing new is."""
        with self._lock:
            self._is_heard = False
            self._origin = None

    def forget(self, fingerprints: Iterable[str]) -> None:
        """Forgets what depends on one of them."""
        with self._lock:
            now = self._clock()
            self._drop_what_was_heard_long_ago(now)
            for fingerprint in fingerprints:
                self._heard.pop(fingerprint, None)
                self._heard[fingerprint] = now
                for digest in self._watchers.pop(fingerprint, ()):
                    self._drop(digest)
            while len(self._heard) > self._max_heard:
                self._horizon = max(self._horizon, self._heard.popitem(last=False)[1])
            # What was made now may have been asked about before it was there.
            self._inactive.clear()

    def forget_everything(self) -> None:
        """Forgets all credentials, and what was asked before now is not learned."""
        with self._lock:
            self._forget_everything()

    def prove(self, stamp: int) -> None:
        """Everything that was committed up to the stamp, microseconds of the node's clock, has been heard."""
        with self._lock:
            if self._origin is None:
                raise FeedBroken("a proof before the stream has begun")
            requested_at, node_now = self._origin
            elapsed = (stamp - node_now) * 1_000
            # Rounded down; what lies before the origin lies further before it by the slower clock.
            moment = requested_at + elapsed - abs(elapsed) // _RATE_LOSS - 1
            if moment > self._clock():
                raise FeedBroken("a proof from the future")
            self._trusted_until = max(self._trusted_until, moment + TRUST)

    # MARK: with the lock

    def _forget_everything(self) -> None:
        self._horizon = self._clock()
        self._entries.clear()
        self._watchers.clear()
        self._inactive.clear()
        self._heard.clear()

    def _drop(self, digest: bytes) -> None:
        entry = self._entries.pop(digest, None)
        if entry is None:
            return
        for fingerprint in entry.watch:
            watchers = self._watchers.get(fingerprint)
            if watchers is not None:
                watchers.discard(digest)
                if not watchers:
                    del self._watchers[fingerprint]

    def _make_room(self, now: int) -> None:
        """The oldest goes; one that was used since it was last looked at is looked at again later, a few of them at most."""
        chances = 8
        while len(self._entries) >= self._max_entries:
            digest, entry = next(iter(self._entries.items()))
            if chances > 0 and entry.used and now < entry.ends:
                chances -= 1
                entry.used = False
                self._entries.move_to_end(digest)
            else:
                self._drop(digest)

    def _drop_what_was_heard_long_ago(self, now: int) -> None:
        while self._heard:
            fingerprint, heard_at = next(iter(self._heard.items()))
            if now - heard_at <= _HEARD_FOR:
                return
            del self._heard[fingerprint]
