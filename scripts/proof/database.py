"""The PostgreSQL that the servers share."""

import asyncio
import os
import pathlib
import re
import secrets
import shutil
import subprocess

from proof.setting import give_up

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


async def run(*command, check=True, environment=None):
    """What a program prints, while everything else goes on."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})})
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

    def __init__(self, folder, environment=None):
        # What its processes find in their environment beside ours.
        self.environment = environment or {}
        self.folder, self.standby_folder = folder, None
        self.uri = None
        # Where nodes find the first and the second of a pair, while there is one.
        self.ways = []

    def start(self):
        self.uri = self._script("start", self.folder)
        self.port = self.port_of(self.uri)

    def stop(self):
        if self.uri:
            self.remove_standby()
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
        await run(ROOT / "scripts/postgres", "restart", self.folder, environment=self.environment)

    def first_process(self):
        """The number of the process that started all others."""
        return int((self.folder / "data/postmaster.pid").read_text().split("\n", 1)[0])

    async def is_alive(self):
        """Whether that one is there."""
        try:
            os.kill(self.first_process(), 0)
            return True
        except OSError:
            return False

    # A pair: commits wait for a standby, and either may come to be the one that takes writes.

    async def follow(self):
        """Starts a standby, for which every commit waits from then on."""
        self.standby_folder = self.folder.with_name(f"{self.folder.name.partition('.')[0]}.{secrets.token_hex(4)}")
        self.standby_uri = (await run(ROOT / "scripts/postgres", "standby", self.folder, self.standby_folder)).strip()
        self.standby_port = self.port_of(self.standby_uri)

    async def freeze(self):
        """Stops all processes of the primary where they are."""
        await run(ROOT / "scripts/postgres", "freeze", self.folder)

    async def halt(self):
        """Ends the primary as a loss of power does."""
        await run(ROOT / "scripts/postgres", "stop", self.folder)

    async def promote(self):
        """Has the standby take writes. It is the database from now on."""
        await run(ROOT / "scripts/postgres", "promote", self.standby_folder)
        self.old, self.folder, self.standby_folder = self.folder, self.standby_folder, None
        self.uri, self.port = self.standby_uri, self.standby_port

    async def fence(self):
        """Ends the primary that was, which must take no writes any more."""
        await run(ROOT / "scripts/postgres", "stop", self.old)
        shutil.rmtree(self.old, ignore_errors=True)

    def remove_standby(self):
        if self.standby_folder:
            self._script("stop", self.standby_folder)
            self.standby_folder = None

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
        servers = ",".join(f"{host}:{way}" for way in (self.ways or [port or self.port]))
        return f"postgres://claviger@{servers}/postgres?application_name={node.name}"

    @staticmethod
    def port_of(uri):
        return int(re.search(r":(\d+)/", uri)[1])

    def _script(self, *arguments):
        done = subprocess.run(
            [ROOT / "scripts/postgres", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=120, env={**os.environ, **self.environment})
        if done.returncode != 0:
            give_up(f"{done.stderr.strip()}")
        return done.stdout.strip()
