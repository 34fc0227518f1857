"""The load beside the proof."""

import asyncio
import collections
import multiprocessing
import random
import signal
from time import monotonic as now

from proof.wire import Wire


class Load:
    """Uses good credentials on all nodes, at a bounded rate and from a process of its own. Counts the answers."""

    WIRES = 4

    def __init__(self, nodes, uses, per_second):
        self.addresses = [node.address for node in nodes]
        self.uses, self.per_second = uses, per_second
        self.ours, self.theirs = multiprocessing.Pipe()

    def __enter__(self):
        self.process = multiprocessing.get_context("fork").Process(target=self._work, daemon=True)
        self.process.start()
        return self

    def __exit__(self, *_):
        self.ours.send("end")
        self.answers = self.ours.recv() if self.ours.poll(10) else {}
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()

    def _work(self):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        answers = collections.Counter()
        asyncio.run(self._ask(answers))
        self.theirs.send({str(status): count for status, count in sorted(answers.items())})

    async def _ask(self, answers):
        tasks = [
            asyncio.ensure_future(self._keep_asking(address, number, answers))
            for address in self.addresses for number in range(self.WIRES)]
        while not self.theirs.poll():
            await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()

    async def _keep_asking(self, address, number, answers):
        source = f"127.0.2.{number + 1}" if address[0].startswith("127.") else None
        wire, pause = Wire(address, source), self.WIRES / self.per_second
        while True:
            begin = now()
            status, _ = await wire.ask(random.choice(self.uses))
            answers[status] += 1
            await asyncio.sleep(max(0.001, pause - (now() - begin)))
