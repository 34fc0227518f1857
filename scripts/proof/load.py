"""The load beside the proof."""

import asyncio
import collections
import random
from time import monotonic as now

from proof.beside import Beside
from proof.wire import Wire


class Load(Beside):
    """Uses good credentials on all nodes, at a bounded rate. Counts the answers."""

    WIRES = 4

    def __init__(self, nodes, uses, per_second):
        super().__init__()
        self.addresses = [node.address for node in nodes]
        self.uses, self.per_second = uses, per_second

    @property
    def answers(self):
        return self.report or {}

    async def _ask(self):
        answers = collections.Counter()
        tasks = [
            asyncio.ensure_future(self._keep_asking(address, number, answers))
            for address in self.addresses for number in range(self.WIRES)]
        await self._until_the_end()
        for task in tasks:
            task.cancel()
        return {str(status): count for status, count in sorted(answers.items())}

    async def _keep_asking(self, address, number, answers):
        source = f"127.0.2.{number + 1}" if address[0].startswith("127.") else None
        wire, pause = Wire(address, source), self.WIRES / self.per_second
        while True:
            begin = now()
            status, _ = await wire.ask(random.choice(self.uses))
            answers[status] += 1
            await asyncio.sleep(max(0.001, pause - (now() - begin)))
