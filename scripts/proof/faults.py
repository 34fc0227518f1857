"""What breaks."""

import asyncio
import os
import signal

from proof.ways import Relay


class Fault:
    """Something that breaks. Subclasses say what."""

    title = ""
    # When credentials are revoked, in seconds from when the fault begins, and when it ends.
    window, lasts = (-0.05, 0.4), 2.0
    # For how long after its end nodes are still asked.
    after = 1.0

    def __init__(self, installation, options):
        self.nodes, self.database, self.network = installation.nodes, installation.database, installation.network
        self.options = options
        self.victim = None

    async def prepare(self):
        """Once, before the first instance."""

    async def choose(self, number):
        """The node that the next instance strikes."""
        self.victim = self.nodes[number % len(self.nodes)]

    async def begin(self):
        raise NotImplementedError

    async def end(self):
        """Returns when all that was broken works again."""

    async def clean_up(self):
        """Once, after the last instance."""

    def revokers(self):
        """The nodes on which credentials are revoked."""
        return [node for node in self.nodes if node is not self.victim]


class ListenerStopped(Fault):
    """PostgreSQL's process for the listening connection is stopped: the connection is there and says nothing."""

    title = "listening backend stopped"
    lasts = 2.6

    async def choose(self, number):
        await super().choose(number)
        self.backend = await self.database.listener(self.victim)

    async def begin(self):
        os.kill(self.backend, signal.SIGSTOP)

    async def end(self):
        try:
            os.kill(self.backend, signal.SIGCONT)
        except ProcessLookupError:
            pass


class ConnectionDropped(Fault):
    """The listening connection ends."""

    title = "listening connection dropped"
    window, lasts = (-0.05, 0.2), 0.5

    async def choose(self, number):
        await super().choose(number)
        self.backend = await self.database.listener(self.victim)

    async def begin(self):
        await self.database.query(f"SELECT pg_terminate_backend({self.backend})")


class CutOff(Fault):
    """Nothing passes between a node and the database, on any connection, and nothing is told of it."""

    title = "cut off from the database"
    lasts = 3.0

    async def prepare(self):
        self.node = self.nodes[-1]
        self.node.stop()
        if self.network:
            self.way = self.network
            self.node.start(self.database.address(self.node, self.way.host), self.way.open_guest, self.way.within)
        else:
            self.way = Relay()
            await self.way.start(self.database.port)
            self.node.start(self.database.address(self.node, port=self.way.port))
        await self.node.ready()

    async def choose(self, number):
        self.victim = self.node

    async def begin(self):
        self.way.cut()

    async def end(self):
        self.way.mend()

    async def clean_up(self):
        self.way.mend()
        self.node.stop()
        if isinstance(self.way, Relay):
            self.way.stop()
        self.node.start(self.database.address(self.node))
        await self.node.ready()


class DatabaseRestarted(Fault):
    """PostgreSQL ends as after a loss of power, and starts again."""

    title = "PostgreSQL restarted"
    window, lasts = (-0.1, 0.3), 0.5

    async def begin(self):
        self.restart = asyncio.ensure_future(self.database.restart())

    async def end(self):
        await self.restart


class NodePaused(Fault):
    """A node stands still, and what is revoked meanwhile is asked as soon as it goes on."""

    title = "node paused"
    window = (0.02, 0.3)

    async def choose(self, number):
        await super().choose(number)
        # Sometimes shorter than memory is believed for, mostly longer.
        self.lasts = (1.6, 0.5, 1.3, 4.0)[number % 4]

    async def begin(self):
        os.kill(self.victim.process.pid, signal.SIGSTOP)

    async def end(self):
        os.kill(self.victim.process.pid, signal.SIGCONT)


class QueueFlooded(Fault):
    """Others say very much over the same notification queue, on our channel and on another."""

    title = "notification queue flooded"
    window, lasts = (-0.05, 1.0), 1.5

    async def begin(self):
        count = self.options.flood // 2
        self.floods = [
            asyncio.ensure_future(self.database.query(
                f"SELECT count(pg_notify('{channel}', 'flood ' || number)) FROM generate_series(1, {count}) AS number"))
            for channel in ("claviger", "another")]

    async def end(self):
        await asyncio.gather(*self.floods)


FAULTS = {
    "stopped": ListenerStopped, "dropped": ConnectionDropped, "cut-off": CutOff, "restarted": DatabaseRestarted,
    "paused": NodePaused, "flooded": QueueFlooded,
}
NO_FAULT = "no fault"
