"""What breaks."""

import asyncio
import os
import signal
from time import monotonic as now

from proof.setting import give_up
from proof.ways import Relay


class Fault:
    """Something that breaks. Subclasses say what."""

    title = ""
    # When credentials are revoked, in seconds from when the fault begins, and when it ends.
    window, lasts = (-0.05, 0.4), 2.0
    # For how long after its end nodes are still asked, and whether they are asked already before the revocation.
    after, asks_before = 1.0, True
    # Whether the node that it strikes cannot answer before it ends.
    silences = False
    # Whether it is between backends and nodes, so that backends alone are watched.
    is_of_backends = False

    def __init__(self, installation, options):
        self.nodes, self.database, self.network = installation.nodes, installation.database, installation.network
        self.backends, self.desk, self.settled = installation.backends, installation.desk, installation.settled
        # What it was found to have done wrong beside what is measured.
        self.failures = []
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


class ConnectionsStopped(Fault):
    """PostgreSQL's processes for all connections of a node are stopped, in the middle of readings. What was read before a
    revocation may arrive long after it."""

    title = "all its database connections stopped"
    window, lasts = (1.0, 1.3), 3.2

    async def choose(self, number):
        await super().choose(number)
        self.stopped = [await self.database.listener(self.victim)]

    async def begin(self):
        # Without the feed the node asks the database for everything.
        os.kill(self.stopped[0], signal.SIGSTOP)
        await asyncio.sleep(0.9)
        self.stopped += await self.database.backends(self.victim)
        for process in self.stopped[1:]:
            os.kill(process, signal.SIGSTOP)

    async def end(self):
        for process in self.stopped:
            try:
                os.kill(process, signal.SIGCONT)
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
            self.way = Relay(lambda: ("127.0.0.1", self.database.port))
            await self.way.start()
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
    # A question that it was judging when it was stopped says nothing.
    window, asks_before, silences = (0.02, 0.3), False, True

    async def choose(self, number):
        await super().choose(number)
        # Sometimes shorter than memory is believed for, mostly longer.
        self.lasts = (1.6, 0.5, 1.3, 4.0)[number % 4]

    async def begin(self):
        os.kill(self.victim.process.pid, signal.SIGSTOP)

    async def end(self):
        os.kill(self.victim.process.pid, signal.SIGCONT)


class NodeKilled(Fault):
    """A node is killed, and started again at once."""

    title = "node killed and started again"
    window, lasts, silences = (-0.05, 0.5), 0.3, True

    async def begin(self):
        self.victim.process.kill()
        self.victim.process.wait()

    async def end(self):
        self.victim.start_again()
        await self.victim.ready()


class FailOver(Fault):
    """The primary is gone, in a way that subclasses say, and a standby that has all that was acknowledged is promoted beside
    it. All nodes are struck, and each must make changes again within five seconds of the promotion."""

    # Whatever is revoked later than the primary's end is revoked on the one that was promoted.
    window, lasts, after = (-0.3, 1.5), 1.2, 1.0
    BAR = 5.0

    async def prepare(self):
        for node in self.nodes:
            node.stop()
        await self.pair()

    async def pair(self):
        """Has nodes reach the primary and a new standby, both over ways that can be cut."""
        await self.database.follow()
        self.ways = [Relay(lambda port=port: ("127.0.0.1", port)) for port in (self.database.port, self.database.standby_port)]
        for way in self.ways:
            await way.start()
        self.database.ways = [way.port for way in self.ways]
        await self.start_nodes()

    async def start_nodes(self):
        """Starts them where they were, so that the load finds them, with the addresses as they are now."""
        for node in self.nodes:
            node.environment = {**node.environment, "CLAVIGER_DATABASE": self.database.address(node)}
            node.start_again()
        for node in self.nodes:
            await node.ready()

    async def choose(self, number):
        if self.database.standby_folder is None:
            await self.unpair()
            await self.pair()
            await self.settled()

    async def unpair(self):
        for node in self.nodes:
            node.stop()
        for way in self.ways:
            way.mend()
            way.stop()
        self.database.ways = []

    def revokers(self):
        return self.nodes

    async def lose(self):
        """The primary is gone."""
        raise NotImplementedError

    async def begin(self):
        await self.lose()
        await asyncio.sleep(0.5)
        await self.database.promote()
        self.promoted = now()
        self.takers = [asyncio.ensure_future(self.takes_changes(node)) for node in self.nodes]

    async def takes_changes(self, node):
        """How long after the promotion a node carries out a change."""
        change = self.desk.call("POST", "/api/v1/accounts", {"name": "After a fail-over"})
        while True:
            status, _ = await node.ask(change)
            if status == 201:
                return now() - self.promoted
            if now() - self.promoted > 60:
                give_up(f"{node.name} answers {status} a minute after a fail-over: {node.tail()}")
            await asyncio.sleep(0.02)

    async def end(self):
        times = await asyncio.gather(*self.takers)
        print(f"  changes are made again {', '.join(f'{time:.1f}' for time in times)} s after the promotion")
        if max(times) > self.BAR:
            self.failures.append(f"changes are made again only {max(times):.1f} s after the promotion")
        await self.database.fence()

    async def clean_up(self):
        await self.unpair()
        self.database.remove_standby()
        await self.database.query("ALTER SYSTEM RESET synchronous_standby_names")
        await self.database.query("SELECT pg_reload_conf()")
        await self.start_nodes()


class PrimaryFrozen(FailOver):
    """All processes of the primary stand still: its machine takes connections, and nobody answers."""

    title = "primary frozen, standby promoted"

    async def lose(self):
        await self.database.freeze()


class PacketsVanish(FailOver):
    """Nothing passes between any node and the primary, and nothing is told of it."""

    title = "packets to the primary vanish, standby promoted"

    async def lose(self):
        self.ways[0].cut()


class StandbyPromoted(FailOver):
    """The primary ends as after a loss of power, and refuses connections."""

    title = "primary ended, standby promoted"

    async def lose(self):
        await self.database.halt()


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


class BackendsNodeFrozen(NodePaused):
    """The node that backends follow and ask stands still: the connections are there and say nothing."""

    title = "backends' node frozen"
    asks_before, silences, is_of_backends = True, False, True

    async def choose(self, number):
        await super().choose(number)
        await self.lead_backends_to(self.victim)

    async def clean_up(self):
        await self.lead_backends_to(*self.nodes)

    async def lead_backends_to(self, *nodes):
        for backend in self.backends:
            backend.way.lead_to(*(node.reached for node in nodes))
        await self.settled()


class BackendsConnectionsCut(Fault):
    """The connections of backends to nodes end, and no new ones can be made."""

    title = "backends' connections cut"
    is_of_backends = True

    async def choose(self, number):
        """No node is struck."""

    async def begin(self):
        for backend in self.backends:
            backend.way.break_off()

    async def end(self):
        for backend in self.backends:
            backend.way.mend()


class BackendsBytesSwallowed(BackendsConnectionsCut):
    """Nothing passes between backends and nodes, in either direction, and nothing is told of it."""

    title = "backends' bytes swallowed"
    lasts = 3.0

    async def begin(self):
        for backend in self.backends:
            backend.way.cut()


FAULTS = {
    "stopped": ListenerStopped, "all-stopped": ConnectionsStopped, "dropped": ConnectionDropped, "cut-off": CutOff,
    "restarted": DatabaseRestarted, "paused": NodePaused, "killed": NodeKilled, "flooded": QueueFlooded, "frozen": PrimaryFrozen,
    "vanish": PacketsVanish, "promoted": StandbyPromoted, "backend-frozen": BackendsNodeFrozen,
    "backend-cut": BackendsConnectionsCut, "backend-swallowed": BackendsBytesSwallowed,
}
NO_FAULT = "no fault"
