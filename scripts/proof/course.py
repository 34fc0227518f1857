"""The course of the proof: one phase without a fault, and one under each fault."""

import asyncio
import math
import random
from time import monotonic as now

from proof.credentials import KINDS, PATIENCE, SCOPE
from proof.faults import FAULTS, NO_FAULT
from proof.load import Load
from proof.measuring import Results, Watch, percentile
from proof.stock import Stock, accepted, insist
from proof.wire import request

BATCH = 100
# How many revocations of each kind are made under one instance of a fault, and how often each node is asked there.
PER_INSTANCE = 3
PACE = 0.02


class Proof:
    """Takes an installation through the phases, and tells the report what it measured."""

    def __init__(self, options, installation, report):
        self.options, self.installation, self.report = options, installation, report
        self.nodes, self.desk = installation.nodes, installation.desk
        self.stocks = {kind: Stock(self.desk, KINDS[kind]) for kind in options.kinds}

    async def run(self):
        self.uses = await self.live()
        for name in self.options.faults:
            if name == NO_FAULT:
                await self.phase(NO_FAULT, self.without_fault)
            else:
                fault = FAULTS[name](self.installation, self.options)
                await fault.prepare()
                await self.phase(fault.title, lambda fault=fault: self.under(fault))
                await fault.clean_up()
                self.report.failures += [f"{fault.title}: {text}" for text in fault.failures]

    async def live(self):
        """The requests of the load: keys and tokens that nobody revokes."""
        _, client = await self.desk.integration()
        uses = [(await self.desk.api_key())[1] for _ in range(20)]
        return uses + [
            request("GET", f"/verify?scope={SCOPE}", bearer=await self.desk.token(client)) for _ in range(20)]

    async def phase(self, title, measure):
        print(f"\n{title}")
        self.results = {kind: Results() for kind in self.options.kinds}
        self.heard = now()
        await self.installation.settled()
        begin = now()
        with Load(self.nodes, self.uses, self.options.load) as load:
            await measure()
        self.report.add(title, self.results, load.answers, now() - begin)

    def progress(self, text):
        """A sign of life, every ten seconds."""
        if now() - self.heard > 10:
            self.heard = now()
            print(f"  {text}")

    # Without a fault: one revocation after the other, asked for without a pause.

    async def without_fault(self):
        for kind, stock in self.stocks.items():
            results, number = self.results[kind], 0
            while number < self.options.times:
                credentials = await stock.take(min(BATCH, self.options.times - number))
                for credential in credentials:
                    results.add(await self.revoke_one(credential, number))
                    number += 1
                    self.progress(f"{kind}: {number:,} of {self.options.times:,}, "
                                  f"p99 so far {percentile(results.refused, 0.99):.1f} ms")
                await self.ask_again(credentials, results)
                await stock.give_back(credentials)

    async def revoke_one(self, credential, number):
        for node in self.nodes:
            await accepted(node, credential)
        revoker = self.nodes[number % len(self.nodes)]
        watches = [Watch(node, credential, node is revoker) for node in self.nodes]
        revoked = await insist(revoker, credential.revoke)
        for watch in watches:
            watch.revoked = revoked
        await asyncio.gather(*(
            watch.run(lambda watch: watch.row == 3 or now() > revoked + PATIENCE) for watch in watches))
        return watches

    async def ask_again(self, credentials, results):
        """Nobody may accept any of them when everything has long been heard."""
        for credential in credentials:
            for node in self.nodes:
                status, _ = await node.ask(credential.use)
                results.accepted_later += status == 200

    # Under a fault: some of each kind at a time, at moments drawn around its beginning.

    async def under(self, fault):
        instances = math.ceil(self.options.fault_times / PER_INSTANCE)
        for number in range(instances):
            count = min(PER_INSTANCE, self.options.fault_times - number * PER_INSTANCE)
            taken = {kind: await stock.take(count) for kind, stock in self.stocks.items()}
            await self.installation.settled()
            await fault.choose(number)
            await self.strike(fault, taken)
            for kind, credentials in taken.items():
                await self.ask_again(credentials, self.results[kind])
                await self.stocks[kind].give_back(credentials)
            self.progress(f"{(number + 1) * PER_INSTANCE} of {self.options.fault_times} of each kind")

    async def strike(self, fault, taken):
        """One instance of a fault, and all that is revoked around it."""
        every = [(kind, credential) for kind, credentials in taken.items() for credential in credentials]
        for node in self.nodes:
            await asyncio.gather(*(accepted(node, credential) for _, credential in every))
        begin = now() + 0.15 - min(0, fault.window[0])
        end = Ending()
        revokers = fault.revokers()
        trials = [
            asyncio.ensure_future(self.trial(
                credential, revokers[number % len(revokers)], begin + random.uniform(*fault.window), fault, end))
            for number, (_, credential) in enumerate(every)]
        await asyncio.sleep(begin - now())
        await fault.begin()
        await asyncio.sleep(max(0, begin + fault.lasts - now()))
        await fault.end()
        end.mended = now()
        end.latest = end.mended + fault.after
        end.given_up = end.mended + PATIENCE
        for (kind, _), trial in zip(every, trials):
            watches = await trial
            for watch in watches:
                if fault.silences and watch.node is fault.victim:
                    watch.resumed = end.mended
            self.results[kind].add(watches)

    async def trial(self, credential, revoker, moment, fault, end):
        """Revokes one, and watches it until well after the end of the fault."""
        watches = [Watch(node, credential, node is revoker) for node in self.nodes]

        def is_enough(watch):
            return watch.refused is not None and now() > max(end.latest, watch.revoked + 1.2) or now() > end.given_up

        def ask():
            return asyncio.gather(*(watch.run(is_enough, PACE) for watch in watches))

        asking = ask() if fault.asks_before else None
        await asyncio.sleep(max(0, moment - now()))
        revoked = await insist(revoker, credential.revoke)
        for watch in watches:
            watch.revoked = revoked
        await (asking or ask())
        return watches


class Ending:
    """When a fault ended, and until when nodes are asked."""

    mended = latest = given_up = math.inf
