"""What renewals cost, and what connections cost that are at rest."""

import contextlib
import os
import pathlib
import sqlite3
import statistics

from proof.renewals import PROVIDERS, Course, Node
from proof.setting import give_up

# Budgets: renewals a second on one core, and bytes of the database for a connection that nothing happens to.
LEAST_A_SECOND, MOST_BYTES = 1000, 1024
# What memory may differ by that no connection has to do with, in bytes.
NOISE = 2 << 20
# After how many hours all of a provider's connections are due, and none is late.
HOURS = {"facebook": 7 * 24, "instagram": 7 * 24, "tiktok": 23}
USUAL_HOURS = 30 * 24
CORES = sorted(os.sched_getaffinity(0))
NODE_CORE, OTHER_CORE = CORES[0], CORES[-1]
TICKS = os.sysconf("SC_CLK_TCK")


def pinned(core):
    return ["taskset", "-c", str(core)]


def used(pid):
    """Seconds of the processor that a process has used, and those of its children that have ended. 0 where it has ended itself."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / TICKS


def children(parent):
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                yield int(stat.parent.name)


def resident(pid):
    """Bytes of memory that are its own at this moment."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) << 10
    return 0


class Measurement(Course):
    """One provider's connections on one engine: a node on one core, everything else on another."""

    pin = pinned(OTHER_CORE)

    def __init__(self, options, programs, folder, database, engine, provider):
        super().__init__(options, programs, folder, database, engine, 1)
        self.provider = provider
        _, name, rules = PROVIDERS.get(provider, (1, provider, {}))
        self.providers = {provider: (1, name, rules)}

    async def run(self):
        self.database.start()
        self.start_simulator()
        if self.engine == "postgres":
            for pid in self.processes_of_database():
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(pid, {OTHER_CORE})
        settings = self.settings()
        node = Node("measured", self.programs / "RenewalProof", settings, pinned(NODE_CORE))
        self.nodes = [node]
        # The first start makes the schema.
        self.restart(node)
        memory = self.memory_at_rest(node)
        node.stop()
        empty = await self.sizes()
        total = self.prepare(settings)
        full = await self.sizes()
        memory = self.memory_at_rest(node) - memory
        rounds = [self.renew(node, total) for _ in range(self.options.rounds)]
        node.stop()
        after = await self.sizes()
        renewals = total * self.options.rounds
        return self.told({
            "engine": self.engine, "provider": self.provider, "connections": total, "rounds": rounds,
            **{name: statistics.median(one[name] for one in rounds) for name in rounds[0]},
            "bytes": self.each(empty, full, total), "bytes_of_a_renewal": self.each(full, after, renewals),
            "memory": memory})

    def restart(self, node):
        node.stop()
        node.start(self.time)

    def memory_at_rest(self, node):
        self.restart(node)
        self.tell(node, f"serve {self.time} 0")
        return resident(node.process.pid)

    def renew(self, node, total):
        """All connections once. What it took of each processor, in microseconds for each."""
        self.time += HOURS.get(self.provider, USUAL_HOURS) * 3600
        self.set_clock()
        before = self.processors(node)
        report = self.tell(node, f"serve {self.time} {total}")
        spent = {name: (cpu - before[name]) * 1e6 / total for name, cpu in self.processors(node).items()}
        return {"per_second": total / report["seconds"], **spent}

    def processors(self, node):
        processors = {"node_us": used(node.process.pid), "simulator_us": used(self.simulator.pid)}
        if self.engine == "postgres":
            processors["database_us"] = sum(map(used, self.processes_of_database()))
        return processors

    def tell(self, node, command):
        report = node.tell(command)
        if report is None:
            give_up(f"the node ended at: {command}")
        return report

    def processes_of_database(self):
        first = int((self.database.folder / "data/postmaster.pid").read_text().split()[0])
        return [first, *children(first)]

    # What is on the disk.

    async def sizes(self):
        """Bytes of each table with its indexes."""
        if self.engine == "postgres":
            await self.database.query("VACUUM (ANALYZE)")
            listed = await self.database.query(
                "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                "current_schema()::regnamespace")
            return {name: int(size) for name, size in (line.split("|") for line in listed.splitlines())}
        with contextlib.closing(sqlite3.connect(self.folder / "claviger.db")) as file:
            try:
                return dict(file.execute(
                    "SELECT tbl_name, SUM(pgsize) FROM dbstat JOIN sqlite_master USING (name) GROUP BY tbl_name"))
            except sqlite3.OperationalError as error:
                give_up(f"this Python's SQLite cannot say how large tables are: {error}")

    @staticmethod
    def each(before, after, count):
        """How much each table has grown, in bytes for each of so many; those alone that have."""
        grown = {name: (size - before.get(name, 0)) / count for name, size in after.items()}
        return {name: size for name, size in sorted(grown.items(), key=lambda item: -item[1]) if size >= 1}

    # What is told.

    def told(self, found):
        # What people did is in the audit log, and goes with its retention.
        at_rest = {name: size for name, size in found["bytes"].items() if name != "audit_event"}
        found["bytes_at_rest"] = sum(at_rest.values())
        engine = {"sqlite": "SQLite", "postgres": "PostgreSQL"}[self.engine]
        lines = [
            (f"{found['per_second']:,.0f} renewals a second", self.judged(
                found["per_second"] >= LEAST_A_SECOND, f"≥ {LEAST_A_SECOND:,}")),
            *((f"{found[name]:,.0f} µs of the {who}'s processor for each", "") for name, who in [
                ("node_us", "node"), ("simulator_us", "simulator"), ("database_us", "database")] if name in found),
            (f"{found['bytes_at_rest']:,.0f} bytes of a connection at rest", self.judged(
                found["bytes_at_rest"] <= MOST_BYTES, f"≤ {MOST_BYTES:,}")),
            *((f"  {size:,.0f} {name}", "" if name in at_rest else "not counted") for name, size in found["bytes"].items()),
            (f"{sum(found['bytes_of_a_renewal'].values()):,.0f} bytes of a renewal until the sweep", ""),
            *((f"  {size:,.0f} {name}", "") for name, size in found["bytes_of_a_renewal"].items()),
            (f"{found['memory'] / 2**20:+.1f} MiB of memory for them all at rest", self.judged(
                found["memory"] < NOISE, "nothing")),
        ]
        print(f"\n{self.provider}, {engine}: {found['connections']:,} connections, median of {self.options.rounds}")
        for text, judged in lines:
            print(f"  {text:<52}{judged}".rstrip())
        return found

    @staticmethod
    def judged(holds, text):
        return f"{'✓' if holds else '✗'} {text}"
