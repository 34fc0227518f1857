"""The PostgreSQL that the servers share."""

import asyncio
import pathlib
import re
import subprocess

from proof.setting import give_up

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


async def run(*command, check=True):
    """What a program prints, while everything else goes on."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = await process.communicate()
    if check and process.returncode != 0:
        give_up(f"{command[0]} ended with status {process.returncode}: {errors.decode(errors='replace')[-1000:]}")
    return output.decode()


class File:
    """An SQLite file, which one server has for itself."""

    def __init__(self, folder):
        self.uri = f"sqlite:{folder / 'claviger.db'}"

    def start(self):
        pass

    def stop(self):
        pass

    def address(self, node):
        return self.uri


class Database:
    """A PostgreSQL of our own that waits for the disk."""

    def __init__(self, folder):
        self.folder = folder
        self.uri = None

    def start(self):
        self.uri = self._script("start", self.folder)
        self.port = int(re.search(r":(\d+)/", self.uri)[1])

    def stop(self):
        if self.uri:
            self._script("stop", self.folder)

    def admit(self, network):
        """Has it answer to `network` as well, in which it must have the first address."""
        self.stop()
        with open(self.folder / "data/pg_hba.conf", "a") as rules:
            rules.write(f"host all all {network.network} trust\n")
        with open(self.folder / "data/postgresql.conf", "a") as settings:
            settings.write(f"listen_addresses = '127.0.0.1,{network.host}'\n")
        self.start()

    async def restart(self):
        """As after a loss of power, on the same port."""
        await run(ROOT / "scripts/postgres", "restart", self.folder)

    async def query(self, statement, check=True):
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql")) or ["psql"]
        return (await run(programs[-1], self.uri, "-qAtX", "-c", statement, check=check)).strip()

    async def listener(self, node):
        """The process of PostgreSQL that `node` listens through, None if there is none."""
        found = await self.query(
            f"SELECT pid FROM pg_stat_activity WHERE application_name = '{node.name}' "
            "AND (query LIKE 'LISTEN%' OR query LIKE '%pg_notify(%') AND state = 'idle' "
            "ORDER BY backend_start DESC LIMIT 1", check=False)
        return int(found) if found else None

    async def backends(self, node):
        """The processes of PostgreSQL that serve `node`."""
        found = await self.query(f"SELECT pid FROM pg_stat_activity WHERE application_name = '{node.name}'")
        return [int(line) for line in found.splitlines()]

    def address(self, node, host="127.0.0.1", port=None):
        return f"postgres://claviger@{host}:{port or self.port}/postgres?application_name={node.name}"

    @staticmethod
    def _script(*arguments):
        done = subprocess.run(
            [ROOT / "scripts/postgres", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=120)
        if done.returncode != 0:
            give_up(f"{done.stderr.strip()}")
        return done.stdout.strip()
