"""Months in the life of many connections."""

import asyncio
import collections
import json
import random
import re
import secrets
import signal
import subprocess
import urllib.error
import urllib.request
from datetime import UTC, datetime
from time import monotonic as now

from proof.setting import give_up

START = 1_790_000_000
# The share of each provider, what the simulator calls it, and the rules that it is given: tokens that live two hours or less would make
# millions of renewals of months. A day is what TikTok gave before 2026.
PROVIDERS = {
    "facebook": (0.46, "facebook", {}),
    "google-business-profile": (0.30, "google", {}),
    "tiktok": (0.12, "tiktok", {"preset": "older"}),
    "microsoft": (0.06, "microsoft", {}),
    "xero": (0.06, "xero", {"rotation": "single_use_grace(2h)"}),
}
# Where a refresh token works once, and a lost answer is beyond help.
ONCE = {"tiktok"}
# Where it works again for a while, and only a second lost answer is.
GRACE = {"xero"}
# After how many seconds a node looks again for what has to be tried anew.
AGAIN = 40


class Node:
    """A process that renews."""

    def __init__(self, name, program, options, pin=()):
        self.name, self.program, self.options, self.pin = name, program, options, pin
        self.process = None

    def start(self, at):
        self.process = subprocess.Popen(
            [*self.pin, self.program, "node", "--name", self.name, "--at", str(at), *self.options], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.read()

    def read(self):
        """A line of its output; None if it died."""
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def tell(self, command):
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        return self.read()

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()


class Course:
    """A proof on one database."""

    providers = PROVIDERS
    # What has the simulator run where it shall.
    pin = ()

    def __init__(self, options, programs, folder, database, engine, count):
        self.options, self.programs, self.folder, self.database = options, programs, folder, database
        self.engine, self.count = engine, count
        self.nodes, self.simulator = [], None
        self.random = random.Random(options.seed)
        self.counts = collections.Counter()
        self.outcomes = collections.Counter()
        # Connections for which a node asked in the round in which it was killed.
        self.killed = set()
        # Spends of nodes that were made to stand still afterwards: provider, account and time.
        self.held = set()
        self.time = START
        self.renewing = 0.0

    # The simulator.

    def start_simulator(self):
        self.simulator = subprocess.Popen(
            [*self.pin, self.programs / "ProviderSimulator", "--listen", "127.0.0.1:0", "--seed", str(self.options.seed), "--clock",
             str(START)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.simulator.stdout.readline()
        found = re.search(r"http://\S+", line)
        if not found:
            give_up(f"the simulator does not start: {line}")
        self.base = found[0]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.base}/_simulator/{path}", method=method, data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            give_up(f"the simulator answered {error.code} to {path}: {error.read()[:400]}")

    def set_clock(self):
        self.ask("POST", "clock", {"set": self.time})

    def fault(self, provider, kind, **terms):
        self.ask("POST", "faults", {"provider": PROVIDERS[provider][1], "kind": kind, **terms})

    # The course.

    async def run(self):
        self.database.start()
        self.start_simulator()
        settings = self.settings()
        total = self.prepare(settings)
        print(f"\n{self.engine}, {self.count} node{'s' if self.count > 1 else ''}: {total:,} connections, "
              f"{self.options.days} days")
        self.nodes = [
            Node(f"node-{number + 1}", self.programs / "RenewalProof", settings) for number in range(self.count)]
        for node in self.nodes:
            node.start(self.time)
        await self.pass_days()
        return self.verdict(total)

    def settings(self):
        """What every node is told."""
        database = str(self.folder / "claviger.db") if self.engine == "sqlite" else self.database.uri
        return [
            "--database", database, "--simulator", self.base, "--folder", str(self.folder), "--master-key",
            secrets.token_hex(32), "--lease", str(self.options.lease)]

    def prepare(self, settings):
        grants, first = {}, 1
        for provider, (share, name, rules) in self.providers.items():
            count = max(1, round(self.options.connections * share))
            if rules:
                self.ask("POST", f"rules/{name}", rules)
            made = self.ask("POST", "grants", {
                "provider": name, "client_id": "proof", "count": count, "first_account": first})["grants"]
            grants[provider] = [
                {"account": grant["account"], "access": grant["tokens"].get("access_token"),
                 "refresh": grant["tokens"].get("refresh_token")} for grant in made]
        file = self.folder / "grants.json"
        file.write_text(json.dumps(grants))
        done = subprocess.run(
            [self.programs / "RenewalProof", "prepare", "--name", "prepare", "--at", str(self.time), "--grants", file,
             *settings], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            give_up("the connections were not taken over")
        return json.loads(done.stdout)["connections"]

    async def pass_days(self):
        step = self.options.step * 60
        steps = self.options.days * 86_400 // step - 1
        # In the last two days all is well, so that what can come right does.
        moments = range(2, max(3, steps - 48 * 3600 // step))
        kills = set(self.random.sample(moments, min(self.options.kills, len(moments))))
        pauses = set(self.random.sample(moments, min(self.options.pauses, len(moments)))) if self.count > 1 else set()
        begin, told, owed = now(), now(), 0
        for number in range(steps):
            self.time += step - AGAIN
            self.set_clock()
            last_day = number >= moments[-1]
            if last_day:
                self.ask("DELETE", "faults")
            else:
                self.disturb(step)
            skew = [self.random.choice([0, 0, 0, 0, 0, 0, -300, 90, 600]) if not last_day else 0 for _ in self.nodes]
            sleeper = self.random.choice(self.nodes) if number in pauses else None
            # A round in which the victim gets no answer does not kill it. Then another is tried in the next.
            owed += number in kills
            victim = self.random.choice(self.nodes) if owed and not sleeper and not last_day else None
            works = self.begin(skew, victim)
            self.counts["clock steps"] += sum(1 for one in skew if one)
            if sleeper:
                await self.sleep(sleeper, works)
            owed -= await self.end(works)
            # Whoever lost an answer asks again, as long as the provider allows it.
            self.time += AGAIN
            self.set_clock()
            await self.end(self.begin(skew))
            if now() - told > 30:
                told = now()
                print(f"  day {(self.time - START) / 86_400:.0f}, {sum(self.outcomes.values()):,} renewals")
        self.counts["seconds"] = round(now() - begin)

    def begin(self, skew, victim=None):
        """A round of every node. The victim dies at its first answer in it, if it has one."""
        return {
            node: asyncio.create_task(asyncio.to_thread(
                node.tell, f"round {self.time + skew[place]}" + (" kill 1" if node is victim else "")))
            for place, node in enumerate(self.nodes)}

    async def end(self, works):
        """Takes what the nodes tell of a round, and starts those anew that were killed in it. How many were?"""
        reports = await asyncio.gather(*works.values())
        for node, report in zip(works, reports):
            if report is None:
                await self.revive(node)
            else:
                self.outcomes.update(report["outcomes"])
        self.renewing += max((report["seconds"] for report in reports if report), default=0)
        return reports.count(None)

    def disturb(self, step):
        """What goes wrong in this step, or from it on."""
        draw = self.random.random
        for provider in PROVIDERS:
            if draw() < 0.25:
                self.fault(provider, "lose_response", role="renew", chance=min(1, 4 * self.options.loss), **{"for": f"{step}s"})
            if draw() < 0.004:
                self.counts["outages of hours"] += 1
                self.fault(provider, "server_error", **{"for": f"{self.random.randint(2, 9)}h"})
            if draw() < 0.004:
                self.counts["storms of 429"] += 1
                self.fault(provider, "rate_limited", seconds=900, **{"for": f"{self.random.randint(1, 4)}h"})
            if draw() < 0.02:
                self.fault(provider, "reset", role="renew", chance=0.05, **{"for": f"{step}s"})

    async def sleep(self, node, works):
        """Has it stand still, in the middle of its work if it has any, until its leases have lapsed and others have done what is due."""
        self.counts["nodes that stood still"] += 1
        await asyncio.sleep(self.random.random() * 0.2)
        node.process.send_signal(signal.SIGSTOP)
        others = [other for other in self.nodes if other is not node]
        await asyncio.gather(asyncio.sleep(self.options.lease + 0.5), *(works[other] for other in others))
        reports = await asyncio.gather(*(asyncio.to_thread(other.tell, f"round {self.time}") for other in others))
        lines = self.ask("GET", f"ledger/requests?role=renew&who={node.name}&most=20000")["requests"]
        moment = datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.held.update((line["provider"], line["account"], moment) for line in lines if line["time"] == moment)
        for report in reports:
            self.outcomes.update(report["outcomes"])
            self.counts["taken over from one that stood still"] += sum(report["outcomes"].values())
        node.process.send_signal(signal.SIGCONT)

    async def revive(self, node):
        if node.process.wait() != -signal.SIGKILL:
            give_up(f"{node.name} ended by itself")
        self.counts["nodes killed between use and save"] += 1
        self.killed.update((self.folder / f"{node.name}.killed").read_text().split())
        # Its leases lapse by the database's clock, which goes on in real time.
        await asyncio.sleep(self.options.lease + 0.5)
        node.start(self.time)

    # What is found.

    def verdict(self, total):
        reader = self.nodes[0]
        report = reader.tell("report")
        proved = reader.tell(f"prove {self.time}")
        ledger = self.ask("GET", "ledger")
        providers = ledger["providers"]
        lost = sum(row["lost_responses"] for row in providers.values())
        # Who tried again had lost the answer: on the way, or with the node that was killed.
        twice = [spend for spend in ledger["double_spends"] if spend["first_response"] != "lost"]
        again = [spend for spend in ledger["double_spends"] if spend["first_response"] == "lost"]
        repeated = {
            (spend["provider"], spend["account"]) for spend in ledger["repeats"] if spend["first_response"] == "lost"}
        beyond = [
            found for found in proved["failures"] if found["status"] == "reauth_required" and (
                found["provider"] in ONCE
                or found["provider"] in GRACE and (PROVIDERS[found["provider"]][1], found["account"]) in repeated)]
        wrong = [found for found in proved["failures"] if found not in beyond]
        taken = {(PROVIDERS[found["provider"]][1], found["account"]) for found in beyond if found["connection"] in self.killed}
        # The one more try that is allowed where the answer is with a node that stands still.
        stood = [
            spend for spend in twice
            if spend["spent"] == 2 and (spend["provider"], spend["account"], spend["first_spent"]) in self.held]
        needless = [
            spend for spend in twice if spend not in stood and (spend["provider"], spend["account"]) not in taken]
        killed = len(twice) - len(stood) - len(needless)
        needless += [spend for spend in again if spend["spent"] > 2]
        unexplained = {name: count for name, count in report["promises"].items() if "unexplained" in name or name == "overdue"}
        failures = []
        if needless:
            failures.append(f"{len(needless)} refresh tokens were spent twice: {needless[:3]}")
        if wrong:
            failures.append(f"{len(wrong)} connections do not work: {wrong[:3]}")
        if unexplained:
            failures.append(f"promises neither kept nor explained: {unexplained}")
        renewals = sum(row["renewals"] for row in providers.values())
        rows = [
            ("renewals", self.outcomes["renewed"]),
            ("renewals a second, while there were any", round(self.outcomes["renewed"] / max(self.renewing, 0.001))),
            ("answers lost on the way", lost), *self.counts.items(),
            ("tokens asked for again within what the provider allows", sum(row["repeats_in_grace"] for row in providers.values())),
            ("tokens tried once more, for their answer was lost", len(again)),
            ("… for their node was killed with the answer", killed),
            ("… for their node stood still with the answer", len(stood)),
            ("refresh tokens spent twice", len(needless)),
            ("connections beyond help after that, and said to be", len(beyond)),
            ("connections lost or wrongly expired", len(wrong)),
            *((f"promises {name}", count) for name, count in sorted(report["promises"].items())),
        ]
        for name, count in rows:
            print(f"  {count:>10,} {name}")
        for reason, count in sorted(report["reasons"].items()):
            print(f"             {count:,} × {reason}")
        for failure in failures:
            print(f"  ✗ {failure}")
        if not failures:
            print("  ✓ no connection lost that could be kept, none wrongly expired, every promise kept or explained")
        return {
            "engine": self.engine, "nodes": self.count, "connections": total, "days": self.options.days,
            "figures": dict(rows), "outcomes": dict(self.outcomes), "report": report, "wrong": wrong,
            "beyond": beyond, "failures": failures, "holds": not failures}

    def stop(self):
        for node in self.nodes:
            node.stop()
        if self.simulator:
            self.simulator.kill()
            self.simulator.wait()
        self.database.stop()
