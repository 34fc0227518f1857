"""What an installation may meet, each with what must go on meanwhile."""

import asyncio
import os
import resource
import signal
import socket
from time import monotonic as now

from proof.database import run


class Disaster:
    """Subclasses say what happens, and where."""

    title = ""
    engines = ("sqlite", "postgres")
    # Whether reading goes on as if nothing had happened: verifying, introspecting, issuing by client credentials (law 6).
    reads_go_on = False
    # Which share of it may be refused all the same, with 503.
    refused = 0.0
    # Whether a call may wait for seconds until it is read, or until it is carried out.
    calls_wait = False

    def __init__(self, course):
        self.course, self.installation = course, course.installation
        self.nodes, self.database = course.installation.nodes, course.installation.database

    async def strike(self):
        """From its begin to its end."""
        raise NotImplementedError


class NodeKilled(Disaster):
    """A node is killed and started again, three times."""

    title = "node killed (SIGKILL)"

    async def strike(self):
        for number in range(3):
            node = self.nodes[number % len(self.nodes)]
            node.process.kill()
            node.process.wait()
            await asyncio.sleep(0.5)
            node.start_again()
            await node.ready()
            await asyncio.sleep(1)


class DatabaseKilled(Disaster):
    """All processes of PostgreSQL are killed; three seconds later it starts and recovers."""

    title, engines = "database killed (SIGKILL)", ("postgres",)

    async def strike(self):
        first = self.database.first_process()
        children = (await run("ps", "--ppid", first, "-o", "pid=", check=False)).split()
        for process in [first, *map(int, children)]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        await asyncio.sleep(3)
        await self.database.restart()


class StandbyPromoted(Disaster):
    """The primary ends as after a loss of power, and a standby for which every commit has waited is promoted half a second later."""

    title, engines = "primary lost, standby promoted", ("postgres",)

    async def strike(self):
        await self.database.halt()
        await asyncio.sleep(0.5)
        await self.database.promote()
        await self.database.fence()


class DiskFull(Disaster):
    """Nothing is free on the file system of the database, also in its own files, for ten seconds. A PostgreSQL that ends over it is started
    again when there is room."""

    title = "disk full"

    @property
    def reads_go_on(self):
        # PostgreSQL itself ends where it cannot write its log.
        return self.course.engine == "sqlite"

    async def strike(self):
        ballast = self.course.disk / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
            except OSError:
                pass
            # Also the last bytes of what is open.
            try:
                while True:
                    file.write(bytes(512))
            except OSError:
                pass
        await self.use_up()
        await asyncio.sleep(10)
        ballast.unlink()
        if self.course.engine == "postgres" and not await self.database.is_alive():
            await self.database.restart()


    async def use_up(self):
        """Makes changes until one is refused: databases have room in their files that they write into first."""
        begin = now()
        while now() - begin < 60:
            change = self.installation.desk.call("POST", "/api/v1/accounts", {"name": "Filler"})
            answers = await asyncio.gather(*(self.nodes[0].ask(change) for _ in range(8)))
            if any(status in (0, 503) for status, _ in answers):
                return
        self.course.failures.append(f"{self.course.engine}, {self.title}: everything could be written, so nothing is proven")


class SlowDisk(Disaster):
    """Each flush to the disk of the database takes half a second longer, for ten seconds.

    PostgreSQL lets one transaction at a time commit that notifies, so heartbeats of the feed wait for the flushes of others. A node that has not
    heard its own for 750 ms asks the database, and refuses where the answer takes longer than law 5 lets it wait."""

    title, reads_go_on = "slow disk: flushes of 500 ms", True

    @property
    def refused(self):
        return 0.0 if self.course.engine == "sqlite" else 0.01

    async def strike(self):
        self.course.of_database.set(flush_milliseconds=500)
        await asyncio.sleep(10)
        self.course.of_database.set(flush_milliseconds=0)


class ClockSteps(Disaster):
    """A node's clock jumps forwards, back beyond where it was, and home. On SQLite, which has no other clock, by a minute, because what
    lives by the clock must end by it; on PostgreSQL, where nodes go by the database's, by an hour."""

    title, reads_go_on = "clock of a node steps", True

    async def strike(self):
        step = 60 if self.course.engine == "sqlite" else 3600
        for offset in (step, -step, 0):
            self.course.of_node.set(clock_seconds=offset)
            await asyncio.sleep(4)


class NoDescriptors(Disaster):
    """A node may open no more than two further files, and fifty connections want to come, for eight seconds."""

    title, calls_wait = "no descriptors left", True

    async def strike(self):
        process = self.nodes[0].process.pid
        before = resource.prlimit(process, resource.RLIMIT_NOFILE)
        highest = max(int(name) for name in os.listdir(f"/proc/{process}/fd"))
        resource.prlimit(process, resource.RLIMIT_NOFILE, (highest + 3, before[1]))
        crowd = [connect(self.nodes[0], number) for number in range(50)]
        await asyncio.sleep(8)
        resource.prlimit(process, resource.RLIMIT_NOFILE, before)
        for each in crowd:
            each.close()


class SilentConnections(Disaster):
    """A thousand connections to one node, of which every other sends half a head, and then nothing for ten seconds."""

    title, reads_go_on = "1,000 silent connections", True

    async def strike(self):
        crowd = [connect(self.nodes[0], number) for number in range(1000)]
        for each in crowd[::2]:
            try:
                each.send(b"GET /verify HTTP/1.1\r\nHost: claviger.example\r\nAuthoriz")
            except OSError:
                pass
        await asyncio.sleep(10)
        for each in crowd:
            each.close()


def connect(node, number):
    """A connection from one of some addresses, which may be still on its way."""
    made = socket.socket()
    made.setblocking(False)
    made.bind((f"127.0.4.{number % 10 + 1}", 0))
    made.connect_ex(node.address)
    return made


DISASTERS = {
    "node": NodeKilled, "descriptors": NoDescriptors, "silent": SilentConnections, "slow": SlowDisk, "clock": ClockSteps,
    "full": DiskFull, "database": DatabaseKilled, "promoted": StandbyPromoted,
}
