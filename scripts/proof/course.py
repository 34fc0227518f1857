"""The course of the proof: one phase without a fault, and one under each fault."""

import asyncio
import math
import random
from time import monotonic as now

from proof.credentials import KINDS, PATIENCE, SCOPE, SHOWN_TO_NO_BACKEND
from proof.faults import FAULTS, NO_FAULT
from proof.load import Load
from proof.measuring import Measured, Watch, percentile
from proof.stock import Stock, accepted, insist
from proof.wire import request

BATCH = 100
# How many revocations of each kind are made under one instance of a fault.
PER_INSTANCE = 3


class Proof:
    """Takes an installation through the phases, and tells the report what it measured."""

    def __init__(self, options, installation, report):
        self.options, self.installation, self.report = options, installation, report
        self.nodes, self.backends, self.desk = installation.nodes, installation.backends, installation.desk
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
        self.results = {kind: Measured() for kind in self.options.kinds}
        self.heard = now()
        await self.installation.settled()
        begin = now()
        with Load(self.nodes + self.backends, self.uses, self.options.load) as load:
            await measure()
        self.report.add(title, self.results, load.answers, now() - begin)

    def progress(self, text):
        """A sign of life, every ten seconds."""
        if now() - self.heard > 10:
            self.heard = now()
            print(f"  {text}")

    async def those_who_know(self, kind, credential, only_backends=False):
        """Who is shown a credential of a kind. Returns once all of them accept and remember it."""
        for node in self.nodes:
            await accepted(node, credential)
        backends = [] if kind in SHOWN_TO_NO_BACKEND else self.backends
        for backend in backends:
            await backend.remembers(credential)
        return backends if only_backends else self.nodes + backends

    # Without a fault: one revocation after the other, asked for without a pause.

    async def without_fault(self):
        for kind, stock in self.stocks.items():
            results, number = self.results[kind], 0
            while number < self.options.times:
                credentials = await stock.take(min(BATCH, self.options.times - number))
                for credential in credentials:
                    results.add(await self.revoke_one(kind, credential, number))
                    number += 1
                    self.progress(f"{kind}: {number:,} of {self.options.times:,}, p99 so far " + ", ".join(
                        f"{percentile(result.refused, 0.99):.1f} ms ({who})" for who, result in results.items()))
                await self.ask_again(credentials, results)
                await stock.give_back(credentials)

    async def revoke_one(self, kind, credential, number):
        revoker = self.nodes[number % len(self.nodes)]
        watches = [
            Watch(process, credential, process is revoker) for process in await self.those_who_know(kind, credential)]
        revoked = await insist(revoker, credential.revoke)
        for watch in watches:
            watch.revoked = revoked
        await asyncio.gather(*(
            watch.run(lambda watch: watch.row == 3 or now() > revoked + PATIENCE, watch.process.paces[0])
            for watch in watches))
        return watches

    async def ask_again(self, credentials, results):
        """Nobody may accept any of them when everything has long been heard."""
        for credential in credentials:
            for process in self.nodes + self.backends:
                if process.measured_as in results:
                    status, _ = await process.ask(credential.use)
                    results[process.measured_as].accepted_later += status == 200

    # Under a fault: some of each kind at a time, at moments drawn around its beginning.

    async def under(self, fault):
        stocks = {
            kind: stock for kind, stock in self.stocks.items()
            if not (fault.is_of_backends and kind in SHOWN_TO_NO_BACKEND)}
        instances = math.ceil(self.options.fault_times / PER_INSTANCE)
        for number in range(instances):
            count = min(PER_INSTANCE, self.options.fault_times - number * PER_INSTANCE)
            taken = {kind: await stock.take(count) for kind, stock in stocks.items()}
            await self.installation.settled()
            await fault.choose(number)
            await self.strike(fault, taken)
            for kind, credentials in taken.items():
                await self.ask_again(credentials, self.results[kind])
                await stocks[kind].give_back(credentials)
            self.progress(f"{(number + 1) * PER_INSTANCE} of {self.options.fault_times} of each kind")

    async def strike(self, fault, taken):
        """One instance of a fault, and all that is revoked around it."""
        every = [(kind, credential) for kind, credentials in taken.items() for credential in credentials]
        knowing = await asyncio.gather(*(
            self.those_who_know(kind, credential, fault.is_of_backends) for kind, credential in every))
        begin = now() + 0.15 - min(0, fault.window[0])
        end = Ending()
        revokers = fault.revokers()
        trials = [
            asyncio.ensure_future(self.trial(
                credential, processes, revokers[number % len(revokers)], begin + random.uniform(*fault.window), fault, end))
            for number, ((_, credential), processes) in enumerate(zip(every, knowing))]
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
                if fault.silences and watch.process is fault.victim:
                    watch.resumed = end.mended
            self.results[kind].add(watches)

    async def trial(self, credential, processes, revoker, moment, fault, end):
        """Revokes one, and watches it until well after the end of the fault."""
        watches = [Watch(process, credential, process is revoker) for process in processes]

        def is_enough(watch):
            return watch.refused is not None and now() > max(end.latest, watch.revoked + 1.2) or now() > end.given_up

        def ask():
            return asyncio.gather(*(watch.run(is_enough, watch.process.paces[1]) for watch in watches))

        asking = ask() if fault.asks_before else None
        await asyncio.sleep(max(0, moment - now()))
        revoked = await insist(revoker, credential.revoke)
        for watch in watches:
            watch.revoked = revoked
        await (asking or ask())
        return watches


class Ending:
    """When a fault ended, and until when everybody is asked."""

    mended = latest = given_up = math.inf
