"""How long nodes and backends went on accepting what was revoked."""

import asyncio
import collections
import math
from time import monotonic as now

from proof.node import Node

# The bars, in milliseconds after the reply to the revocation.
P99_BAR, MAXIMUM_BAR = 100, 1000


class Watch:
    """Asks one node or backend about one credential. What counts is answered after the reply to the revocation."""

    def __init__(self, process, credential, is_own):
        self.process, self.credential, self.is_own = process, credential, is_own
        self.revoked = math.inf
        # Times are moments; None is never. A process that stands still owes no answer until it goes on.
        self.refused = self.accepted = self.asked = None
        self.resumed = 0.0
        self.relapses = self.row = 0
        self.answers = collections.Counter()

    async def run(self, is_enough, pace):
        wire = self.process.wire()
        try:
            while not is_enough(self):
                asked = now()
                status, _ = await wire.ask(self.credential.use)
                self.note(status, asked, now())
                if pace or not status:
                    await asyncio.sleep(max(pace, 0.002))
        finally:
            self.process.give(wire)

    def note(self, status, asked, answered):
        if status == 0 or answered < self.revoked:
            return
        # The node that revokes may still be asked while it does.
        if self.is_own and asked < self.revoked and status == 200:
            return
        self.answers[status] += 1
        if status == 200:
            self.relapses += self.refused is not None
            self.asked, self.accepted, self.refused, self.row = asked, answered, None, 0
        else:
            if self.refused is None:
                self.refused = answered
            self.row += 1

    def delays(self):
        """Milliseconds to the first refusal that no acceptance followed, to the last acceptance, and to the question that
        was answered with that."""
        return (
            None if self.refused is None else max(0, self.refused - max(self.revoked, self.resumed)) * 1000,
            None if self.accepted is None else (self.accepted - self.revoked) * 1000,
            None if self.asked is None else (self.asked - self.revoked) * 1000)


class Measured(dict):
    """What was measured of one kind under one fault: that of the nodes, and that of each backend."""

    def add(self, watches):
        """The watches of one revocation."""
        groups = collections.defaultdict(list)
        for watch in watches:
            groups[watch.process.measured_as].append(watch)
        for who, group in groups.items():
            self.of(who).add(group)

    def of(self, who):
        if who not in self:
            self[who] = Results() if who == Node.measured_as else BackendResults()
        return self[who]


class Results:
    """That of the nodes."""

    def __init__(self):
        self.revocations = 0
        self.refused, self.accepted, self.asked = [], [], []
        self.answers = collections.Counter()
        self.silent = self.relapses = self.own_accepted = self.accepted_later = 0

    def add(self, watches):
        """The watches of one revocation."""
        self.revocations += 1
        for watch in watches:
            if watch.is_own:
                self.own_accepted += watch.answers[200]
                continue
            self.answers.update(watch.answers)
            self.relapses += watch.relapses
            self.silent += watch.refused is None
            for values, value in zip((self.refused, self.accepted, self.asked), watch.delays()):
                if value is not None:
                    values.append(value)

    def include(self, other):
        """Adds what was measured of another kind."""
        self.revocations += other.revocations
        self.answers.update(other.answers)
        for values, more in zip((self.refused, self.accepted, self.asked), (other.refused, other.accepted, other.asked)):
            values.extend(more)
        self.silent += other.silent
        self.relapses += other.relapses
        self.own_accepted += other.own_accepted
        self.accepted_later += other.accepted_later

    def report(self):
        return {
            "revocations": self.revocations, "measured": len(self.refused), "p50_ms": percentile(self.refused, 0.5),
            "p99_ms": percentile(self.refused, 0.99), "maximum_ms": percentile(self.refused, 1),
            "last_acceptance_ms": percentile(self.accepted, 1), "last_acceptance_asked_ms": percentile(self.asked, 1),
            "accepted_too_late": sum(asked > MAXIMUM_BAR for asked in self.asked), "never_refused": self.silent,
            "accepted_by_own_node": self.own_accepted, "accepted_after_refusal": self.relapses,
            "accepted_when_asked_again": self.accepted_later,
            "answers": {str(status): count for status, count in sorted(self.answers.items())},
        }

    def failures(self, is_faultless):
        found = self.too_late(is_faultless)
        if self.silent:
            found.append(f"{self.silent} were never refused")
        if self.own_accepted:
            found.append(f"accepted {self.own_accepted} times by the node that revoked")
        if self.accepted_later:
            found.append(f"{self.accepted_later} accepted when asked again")
        return found

    def too_late(self, is_faultless):
        """What took too long."""
        found = []
        if is_faultless and percentile(self.refused, 0.99) > P99_BAR:
            found.append(f"p99 is above {P99_BAR} ms")
        if percentile(self.refused, 1) > MAXIMUM_BAR:
            found.append(f"the longest is above {MAXIMUM_BAR:,} ms")
        if percentile(self.accepted, 1) > MAXIMUM_BAR:
            found.append(f"accepted later than {MAXIMUM_BAR:,} ms")
        return found


class BackendResults(Results):
    """That of a backend, which may ask a node when it is asked itself: so what it says counts from when it was asked."""

    def too_late(self, is_faultless):
        if percentile(self.asked, 1) > MAXIMUM_BAR:
            return [f"accepted what it was asked later than {MAXIMUM_BAR:,} ms"]
        return []


def percentile(values, share):
    """The nearest rank, 0 where there are no values."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)] if values else 0.0
