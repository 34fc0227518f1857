"""What the proof is made on."""

import asyncio
import os
import re
import secrets
import subprocess
from time import monotonic as now

from proof.backend import Backend
from proof.credentials import PATIENCE, Desk
from proof.database import Database
from proof.node import Node
from proof.setting import give_up

NODES = 3


class Installation:
    """Servers on one database, set up as an operator would: three on a PostgreSQL of their own unless said otherwise."""

    ISSUER = "https://claviger.example"
    ADMIN = "admin@example.com"

    def __init__(self, program, folder, network=None, database=None, nodes=NODES):
        self.program, self.folder, self.network, self.count = program, folder, network, nodes
        self.database = database or Database(folder / "postgres")
        # The text of a product file, None for the standard product.
        self.product = None
        self.nodes, self.backends = [], []
        # The environment of servers and commands, but for the database.
        self.told = {}

    async def start(self):
        if self.network:
            self.network.make()
        self.database.start()
        if self.network:
            self.database.admit(self.network)
        settings = self.told = self.settings()
        self.desk_key = self.initialize(settings)
        self.nodes = [Node(f"node-{number + 1}", self.program, self.folder, settings) for number in range(self.count)]
        for node in self.nodes:
            node.start(self.database.address(node))
        for node in self.nodes:
            await node.ready()
        self.desk = Desk(self.nodes, self.desk_key)

    async def start_backends(self, commands):
        """Starts backends beside the nodes, each by the command for its library."""
        made = await self.desk.make("/api/v1/resource-servers", {"name": "Proof", "audiences": [self.ISSUER]})
        client = made["client_id"], made["client_secret"]
        self.backends = [
            Backend(library, self.folder, command, client, self.nodes) for library, command in commands.items()]
        for backend in self.backends:
            await backend.start()

    async def stop_backends(self):
        for backend in self.backends:
            if backend.process:
                backend.stop()
                backend.way.stop()
        # Their connections end.
        await asyncio.sleep(0.1)

    def settings(self):
        master_key = self.folder / "master.key"
        master_key.touch(mode=0o600)
        master_key.write_text(secrets.token_hex(32))
        product = {}
        if self.product:
            file = self.folder / "claviger.yaml"
            file.write_text(self.product, encoding="utf-8")
            product["CLAVIGER_PRODUCT"] = str(file)
        return product | {name: value for name, value in os.environ.items() if not name.startswith("CLAVIGER_")} | {
            "CLAVIGER_ENVIRONMENT": "production", "CLAVIGER_ISSUER": self.ISSUER,
            "CLAVIGER_MASTER_KEY_FILE": str(master_key), "CLAVIGER_LOG_LEVEL": "warning",
            # Nobody who asks /readyz sends calls here, and faults are to come when they are meant to.
            "CLAVIGER_DRAIN_SECONDS": "0"}

    def initialize(self, settings):
        """The operator's key. What else is printed is kept, too."""
        done = subprocess.run(
            [self.program, "init", "--account", "First", "--admin-email", self.ADMIN], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**settings, "CLAVIGER_DATABASE": self.database.uri})
        key = re.search(r"^operator key +(\S+)", done.stdout, re.MULTILINE)
        if done.returncode != 0 or key is None:
            give_up(f"claviger init said\n{done.stdout}")
        self.account = re.search(r"^account +(\S+)", done.stdout, re.MULTILINE)[1]
        self.password = re.search(r"^admin password +(\S+)", done.stdout, re.MULTILINE)[1]
        return key[1]

    def stop(self):
        for process in [*self.backends, *self.nodes]:
            process.stop()
        self.database.stop()
        if self.network:
            self.network.remove()

    async def settled(self):
        """Returns once every node is well and trusts its memory, as backends do, and can be struck."""
        for node in self.nodes:
            await node.ready()
            begin = now()
            while await self.database.listener(node) is None:
                if now() - begin > PATIENCE:
                    give_up(f"{node.name} does not listen: {node.tail()}")
                await asyncio.sleep(0.1)
        # Two heartbeats and their return.
        await asyncio.sleep(0.6)
        for backend in self.backends:
            await backend.ready()
