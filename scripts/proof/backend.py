"""Backends that verify in their own process, by our libraries."""

import asyncio
import os
import sys
from time import monotonic as now

from proof.node import PATIENCE, Answering
from proof.setting import ROOT, give_up
from proof.ways import Relay


class Backend(Answering):
    """A backend that answers `/verify` as a node does, and reaches the nodes by a way of its own: it asks and follows one of
    them after another, as behind a balancer of load."""

    # It is asked less often than nodes: a question to it may be one of its own to a node.
    paces = (0.002, 0.05)

    def __init__(self, library, folder, command, client, nodes):
        super().__init__(f"backend-{library.lower()}", folder)
        self.measured_as, self.command, self.client = library, command, client
        self.way = Relay(*(node.reached for node in nodes))

    async def start(self):
        await self.way.start()
        self.place("127.0.0.1")
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT / "clients/python/src"), "PYTHONDONTWRITEBYTECODE": "1"} | {
            "BACKEND_PORT": str(self.address[1]), "BACKEND_CLAVIGER": f"http://127.0.0.1:{self.way.port}",
            "BACKEND_CLIENT_ID": self.client[0], "BACKEND_CLIENT_SECRET": self.client[1]}
        self.start_again()
        await self.ready()

    async def remembers(self, credential):
        """Returns once it accepts a credential and asks no node for that."""
        begin = now()
        while True:
            questions = self.way.questions
            status, _ = await self.ask(credential.use)
            if status == 200 and self.way.questions == questions:
                return
            if now() - begin > PATIENCE:
                give_up(f"{self.name} does not remember a good credential, but answers {status}: {self.tail()}")
            await asyncio.sleep(0.002)


def commands(programs):
    """How a backend by each library is started, by the library's language."""
    return {
        "Swift": [programs / "VerifyingBackend"], "Python": [sys.executable, ROOT / "scripts/proof/verifying_backend.py"]}
