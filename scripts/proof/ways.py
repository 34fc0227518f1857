"""Ways that can be cut: from a node to the database, and from a backend to the nodes."""

import asyncio
import itertools
import os
import shutil
import subprocess


class Network:
    """A network of one node's own, with a way to the database that can be cut and another one to us. Needs root."""

    def __init__(self):
        self.name = f"claviger-{os.getpid()}"
        part = os.getpid() % 250
        self.network, self.host, self.guest = f"10.231.{part}.0/30", f"10.231.{part}.1", f"10.231.{part}.2"
        self.open_host, self.open_guest = f"10.232.{part}.1", f"10.232.{part}.2"
        self.way = f"clv{os.getpid()}d"
        self.within = ["ip", "netns", "exec", self.name]

    def make(self):
        other = f"clv{os.getpid()}o"
        self._ip("netns", "add", self.name)
        for way, host, guest in [(self.way, self.host, self.guest), (other, self.open_host, self.open_guest)]:
            self._ip("link", "add", way, "type", "veth", "peer", "name", way + "x", "netns", self.name)
            self._ip("address", "add", f"{host}/30", "dev", way)
            self._ip("link", "set", way, "up")
            self._ip("-n", self.name, "address", "add", f"{guest}/30", "dev", way + "x")
            self._ip("-n", self.name, "link", "set", way + "x", "up")
        self._ip("-n", self.name, "link", "set", "lo", "up")

    def cut(self):
        self._ip("link", "set", self.way, "down")

    def mend(self):
        self._ip("link", "set", self.way, "up")

    def remove(self):
        # With the namespace go its ends of the ways, and with those ours.
        subprocess.run(["ip", "netns", "delete", self.name], stderr=subprocess.DEVNULL, check=False)

    @staticmethod
    def _ip(*arguments):
        subprocess.run(["ip", *arguments], check=True, stdout=subprocess.DEVNULL)

    @staticmethod
    def is_possible():
        """Whether this machine lets us make one."""
        name = f"claviger-try-{os.getpid()}"
        if os.geteuid() != 0 or not shutil.which("ip"):
            return False
        if subprocess.run(["ip", "netns", "add", name], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            return False
        subprocess.run(["ip", "netns", "delete", name], check=False)
        return True


class Relay:
    """A way that can be cut to where there can be no network of its own: passes bytes on until it is cut, and then swallows them
    without ending a connection. Broken off, it ends all connections instead, and lets no new ones be made."""

    def __init__(self, *targets):
        self.connections = set()
        self.is_open, self.is_broken = asyncio.Event(), False
        self.is_open.set()
        # How many questions about credentials have passed.
        self.questions = 0
        self.lead_to(*targets)

    def lead_to(self, *targets):
        """Ends what there is, and leads to these from then on: one connection after another to another of them. They are
        functions, because who is reached may come to be somewhere else."""
        self.targets = itertools.cycle(targets)
        self._end_connections()

    async def start(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        await self.is_open.wait()
        self.connections.add(writer)
        try:
            if self.is_broken:
                raise ConnectionAbortedError
            there, back = await asyncio.open_connection(*next(self.targets)())
            self.connections.add(back)
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
            self.connections.remove(back)
        except OSError:
            writer.transport.abort()
        self.connections.remove(writer)

    async def _pass(self, source, sink):
        try:
            while data := await source.read(65536):
                await self.is_open.wait()
                self.questions += data.count(b"POST /oauth2/introspect ")
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        await self.is_open.wait()
        sink.close()

    def cut(self):
        self.is_open.clear()

    def break_off(self):
        self.is_broken = True
        self._end_connections()

    def mend(self):
        self.is_broken = False
        self.is_open.set()

    def _end_connections(self):
        for connection in self.connections:
            connection.transport.abort()

    def stop(self):
        self.server.close()
        self._end_connections()
