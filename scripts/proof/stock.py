"""Credentials that all nodes accept and remember, ready to be revoked."""

import asyncio
from time import monotonic as now

from proof.credentials import PATIENCE
from proof.setting import give_up


class Stock:
    """Credentials of a kind: those that were had back, and new ones."""

    def __init__(self, desk, make):
        self.desk, self.make_one, self.restored = desk, make, []

    async def take(self, count):
        """So many that all nodes accept and remember."""
        taken, self.restored = self.restored[:count], self.restored[count:]
        limit = asyncio.Semaphore(16)

        async def one():
            async with limit:
                return await self.make_one(self.desk)

        taken += await asyncio.gather(*(one() for _ in range(count - len(taken))))
        await asyncio.gather(*(self.warm(credential, limit) for credential in taken))
        return taken

    async def warm(self, credential, limit):
        async with limit:
            for node in self.desk.nodes:
                await accepted(node, credential)

    async def give_back(self, credentials):
        for credential in credentials:
            if credential.restore:
                await insist(self.desk.nodes[0], credential.restore)
                self.restored.append(credential)


async def accepted(node, credential):
    """Returns once `node` has accepted it twice in a row: the first time it may have been looked up."""
    begin, row = now(), 0
    while row < 2:
        status, _ = await node.ask(credential.use)
        row = row + 1 if status == 200 else 0
        if row == 0:
            if now() - begin > PATIENCE:
                give_up(f"{node.name} answers {status} to a good credential")
            await asyncio.sleep(0.02)


async def insist(node, what):
    """When the reply arrived by which `node` has carried out a change, tried again until it can."""
    begin = now()
    while True:
        status, text = await node.ask(what)
        # What is gone was carried out by a try before, whose reply was lost.
        if 200 <= status < 300 or status == 404:
            return now()
        if status not in (0, 429, 503) or now() - begin > PATIENCE:
            give_up(f"a revocation was answered {status}: {text[:300].decode(errors='replace')}")
        await asyncio.sleep(0.01)
