"""Processes that answer over HTTP."""

import asyncio
import signal
import subprocess
from time import monotonic as now

from proof.ports import free_port
from proof.setting import give_up
from proof.wire import Wire, request

# How long a server may take to be well, in seconds.
PATIENCE = 120


class Answering:
    """A process that answers over HTTP, and the connections to it."""

    def __init__(self, name, folder):
        self.name, self.log = name, folder / f"{name}.log"
        self.process, self.wires, self.made = None, [], 0

    def place(self, host):
        """Gives it a place where nobody listens."""
        self.address, self.wires = (host, free_port()), []

    def start_again(self):
        """Starts it where it was before."""
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=self.environment)

    def tail(self):
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:]

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.process = None

    async def ready(self):
        """Returns once it says that it is well."""
        begin = now()
        while now() - begin < PATIENCE:
            if self.process.poll() is not None:
                break
            wire = self.wire()
            status, _ = await wire.ask(request("GET", "/readyz"))
            self.give(wire)
            if status == 200:
                return
            await asyncio.sleep(0.05)
        give_up(f"{self.name} is not ready: {self.tail()}")

    def wire(self):
        """A connection that nobody uses at the moment."""
        if self.wires:
            return self.wires.pop()
        self.made += 1
        # The look-ups of what does not exist are limited for each address that asks, so there are some.
        source = f"127.0.1.{self.made % 100 + 1}" if self.address[0].startswith("127.") else None
        return Wire(self.address, source)

    def give(self, wire):
        if wire.address == self.address:
            self.wires.append(wire)

    async def ask(self, what):
        wire = self.wire()
        answer = await wire.ask(what)
        self.give(wire)
        return answer


class Node(Answering):
    """A server."""

    # As what it is measured; and for how long who watches it waits after an answer, without a fault and under one.
    measured_as, paces = "nodes", (0.0, 0.02)

    def __init__(self, name, program, folder, settings):
        super().__init__(name, folder)
        self.program, self.settings = program, settings

    def start(self, database, host="127.0.0.1", within=()):
        """Starts it. `within` is the command that puts it into a network of its own."""
        self.place(host)
        self.command = [*within, self.program, "serve", "--listen", ":".join(map(str, self.address))]
        self.environment = {**self.settings, "CLAVIGER_DATABASE": database}
        self.start_again()

    def reached(self):
        """Where it is reached now."""
        return self.address
