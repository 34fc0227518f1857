"""What was acknowledged, written down beside the servers, and held against them."""

import asyncio
import collections
import dataclasses
import json
import random
import secrets
from time import monotonic as now

from proof.credentials import SCOPE
from proof.measuring import MAXIMUM_BAR, Watch
from proof.setting import give_up
from proof.wire import request

# For how long a change is tried, in seconds.
PATIENCE = 90


@dataclasses.dataclass
class Key:
    """An API key whose making was acknowledged."""
    path: str
    use: bytes
    is_revoked: bool = False


class Ledger:
    """Makes changes at all nodes, and knows which were acknowledged. Each is tried until it is, always with the same key of
    idempotency, and must then have been made once."""

    def __init__(self, installation):
        self.nodes, self.desk = installation.nodes, installation.desk
        self.keys, self.accounts, self.failures = [], [], []
        self.counts = collections.Counter()
        # How long what was revoked was still accepted, in milliseconds (law 5), and who is watched at the moment.
        self.accepted, self.watching = [], set()

    async def insist(self, what, *good):
        """Tries a change at one node after another. Gives the answer and who gave it; None if it was refused for good."""
        begin = now()
        while True:
            node = random.choice(self.nodes)
            status, body = await node.ask(what)
            if status in good:
                self.counts["changes"] += 1
                return node, body
            if status not in (0, 409, 429, 503):
                self.failures.append(f"a change was answered {status}: {body[:200].decode(errors='replace')}")
                return None
            if now() - begin > PATIENCE:
                give_up(f"a change was not acknowledged for {PATIENCE} s: the last answer was {status} {body[:200]!r}")
            self.counts["repeated"] += 1
            await asyncio.sleep(0.2)

    def once(self, path, body):
        """A POST that may be repeated."""
        head, end, content = request("POST", path, bearer=self.desk.key, body=body).partition(b"\r\n\r\n")
        return head + f"\r\nIdempotency-Key: {secrets.token_hex(16)}".encode() + end + content

    async def make_key(self):
        path = f"/api/v1/organizations/{await self.desk.account('ledger')}/api-keys"
        body = {"name": f"Ledger {secrets.token_hex(4)}", "lifetime_seconds": 86400, "scopes": [SCOPE]}
        if answer := await self.insist(self.once(path, body), 201):
            made = json.loads(answer[1])
            use = request("GET", f"/verify?scope={SCOPE}", bearer=made["key"])
            self.keys.append(Key(f"{path}/{made['id']}", use))

    async def make_account(self):
        name = f"Ledger {secrets.token_hex(8)}"
        if await self.insist(self.once("/api/v1/accounts", {"name": name}), 201):
            self.accounts.append(name)

    async def delete_key(self):
        alive = [key for key in self.keys if not key.is_revoked]
        if len(alive) < 10:
            return await self.make_key()
        key = random.choice(alive)
        key.is_revoked = True
        # What is gone was deleted by a try before, whose reply was lost.
        answer = await self.insist(self.desk.call("DELETE", key.path), 200, 204, 404)
        if answer:
            watching = asyncio.ensure_future(self.watch(key, answer[0], now()))
            self.watching.add(watching)
            watching.add_done_callback(self.watching.discard)

    async def watch(self, key, revoker, revoked):
        """Asks every node about a key that was revoked, until well after the second."""
        watches = [Watch(node, key, node is revoker) for node in self.nodes]
        for watch in watches:
            watch.revoked = revoked

        def is_enough(watch):
            return watch.refused is not None and now() > revoked + 1.3 or now() > revoked + PATIENCE

        await asyncio.gather(*(watch.run(is_enough, 0.05) for watch in watches))
        self.counts["revocations"] += 1
        for watch in watches:
            _, accepted, _ = watch.delays()
            if accepted is not None:
                self.accepted.append(accepted)
                if watch.is_own or accepted > MAXIMUM_BAR:
                    whose = "the one that revoked it" if watch.is_own else "another"
                    self.failures.append(f"law 5: a key was accepted by {whose} {accepted:,.0f} ms after its revocation")
            if watch.refused is None:
                self.failures.append("law 5: a key was never refused")

    async def live(self, end, pace):
        """Makes changes of all kinds until `end`, so many a second."""
        while now() < end():
            begin = now()
            await random.choices([self.make_key, self.delete_key, self.make_account], [4, 4, 2])[0]()
            await asyncio.sleep(max(0.01, random.expovariate(pace) - (now() - begin)))

    async def audit(self):
        """Holds all that was acknowledged against every node."""
        await asyncio.gather(*self.watching)
        for node in self.nodes:
            await asyncio.gather(*(self.check(node, part) for part in (self.keys[number::8] for number in range(8))))
            found = collections.Counter(await self.listed(node))
            for name in self.accounts:
                if found[name] != 1:
                    self.failures.append(f"an account that was acknowledged is there {found[name]} times")

    async def check(self, node, keys):
        for key in keys:
            begin = now()
            while True:
                status, _ = await node.ask(key.use)
                if status not in (0, 429, 503):
                    break
                if now() - begin > PATIENCE:
                    give_up(f"{node.name} answers {status} to a key: {node.tail()}")
                await asyncio.sleep(0.1)
            if status != (401 if key.is_revoked else 200):
                what = "a deletion" if key.is_revoked else "a key"
                self.failures.append(f"{what} that was acknowledged is lost: {node.name} answers {status}")

    async def listed(self, node):
        """The names of all accounts."""
        names, cursor, begin = [], None, now()
        while True:
            path = "/api/v1/accounts?limit=200" + (f"&cursor={cursor}" if cursor else "")
            status, body = await node.ask(self.desk.call("GET", path))
            if status in (0, 429, 503) and now() - begin < PATIENCE:
                await asyncio.sleep(0.2)
                continue
            if status != 200:
                give_up(f"{node.name} answers {status} to the list of accounts: {body[:300]}")
            page = json.loads(body)
            names += [account["name"] for account in page["items"]]
            if not (cursor := page["next_cursor"]):
                return names
