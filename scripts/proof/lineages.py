"""Apps that refresh their tokens as badly as real ones do: replies get lost, calls are doubled, servers are killed."""

import asyncio
import collections
import json
import random
from time import monotonic as now

from proof.apps import refresh
from proof.credentials import SCOPE
from proof.setting import give_up
from proof.wire import Wire, request

# How long what must succeed is tried, in seconds: less than the window in which a refresh may be repeated.
PATIENCE = 25


class Lineage:
    """One app at one user, from its first refresh token on."""

    def __init__(self, storm, client, pair):
        self.storm, self.client, self.pair, self.spent = storm, client, pair, []

    def call(self, token):
        return refresh(self.client, token)

    def exchange(self, token):
        return self.storm.refresh(self.call(token))

    @property
    def token(self):
        return self.pair["refresh_token"]

    async def live(self, end):
        """Refreshes until `end`, now well behaved, now not."""
        while now() < end:
            ways = {self.refresh: 4, self.double: 3, self.lose_reply: 3 * self.storm.hangs_up}
            await random.choices(list(ways), list(ways.values()))[0]()
            await asyncio.sleep(random.expovariate(self.storm.pace))

    async def refresh(self):
        self.advance([await self.exchange(self.token)])

    async def lose_reply(self):
        """The request is sent and nobody waits for the reply. Later the call is repeated.

        What was sent may still be on its way then, and would look stolen if the successor were used before it arrives. No
        app refreshes twice within moments.
        """
        await self.storm.send_and_hang_up(self.call(self.token))
        self.storm.counts["replies lost"] += 1
        await self.refresh()
        await asyncio.sleep(2)

    async def double(self):
        """Several threads of the app find at once that their access token has expired."""
        count = random.randint(2, 4)
        self.storm.counts["calls doubled"] += 1
        self.advance(await asyncio.gather(*(self.exchange(self.token) for _ in range(count))))

    def advance(self, pairs):
        answers = {json.dumps(pair, sort_keys=True) for pair in pairs}
        if len(answers) != 1:
            self.storm.failures.append("one refresh token gave several successors")
        if pairs[0] is None:
            self.storm.failures.append(f"a lineage was lost: {self.storm.last_refusal}")
            raise LostLineage
        self.spent.append(self.token)
        if pairs[0]["refresh_token"] in self.spent:
            self.storm.failures.append("a successor had been there before")
        self.pair = pairs[0]
        self.storm.counts["refreshes"] += 1

    async def steal(self):
        """Somebody presents an old token: that one, the one in force, and the access token must all be worth nothing."""
        self.storm.counts["thefts"] += 1
        for token in [random.choice(self.spent[:-1]), self.token]:
            if await self.exchange(token) is not None:
                self.storm.failures.append("a stolen token did not end its lineage")
        status, _ = await self.storm.ask(
            request("GET", f"/verify?scope={SCOPE}", bearer=self.pair["access_token"]))
        if status != 401:
            self.storm.failures.append(f"an access token outlived its lineage: {status}")


class LostLineage(Exception):
    """The app would have to ask its user again."""


class Storm:
    """Many lineages at servers that are killed beneath them."""

    def __init__(self, nodes, pace, patience=PATIENCE):
        self.nodes, self.pace, self.patience = nodes, pace, patience
        self.counts, self.failures, self.last_refusal = collections.Counter(), [], None
        # Whether apps hang up. Where a call may wait for long until it is read, it would come after its successor was used, as a thief's
        # does.
        self.hangs_up = True

    async def refresh(self, call):
        """The new pair, None where the server says that the token is worth nothing."""
        status, body = await self.ask(call)
        if status == 200:
            return json.loads(body)
        self.last_refusal = f"{status} {body[:200].decode(errors='replace')}"
        if status != 400 or json.loads(body)["error"] != "invalid_grant":
            give_up(f"a refresh was answered {self.last_refusal}")
        return None

    async def ask(self, what):
        """The answer of one node or another, repeated as an app would while there is none."""
        begin = now()
        while now() - begin < self.patience:
            status, body = await random.choice(self.nodes).ask(what)
            if status not in (0, 503):
                return status, body
            self.counts["calls repeated"] += 1
            await asyncio.sleep(0.2)
        give_up("no server answers")

    async def send_and_hang_up(self, call):
        node = random.choice(self.nodes)
        wire = Wire(node.address)
        asking = asyncio.ensure_future(wire.ask(call))
        await asyncio.sleep(random.uniform(0, 0.01))
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        wire.close()

    async def kill(self, end, pause):
        """Kills one server after another without warning, and starts it again."""
        while now() + 3 < end:
            await asyncio.sleep(random.uniform(0.5, 1.5) * pause)
            node = random.choice(self.nodes)
            node.process.kill()
            node.process.wait()
            self.counts["servers killed"] += 1
            node.start_again()
            await node.ready()

    async def rage(self, lineages, seconds, pause):
        end = now() + seconds
        lives = [asyncio.ensure_future(lineage.live(end)) for lineage in lineages]
        killing = asyncio.ensure_future(self.kill(end, pause))
        outcomes = await asyncio.gather(*lives, return_exceptions=True)
        await killing
        for outcome in outcomes:
            if outcome is not None and not isinstance(outcome, LostLineage):
                raise outcome
