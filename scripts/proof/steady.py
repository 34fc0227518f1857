"""Steady calls of every kind, each with the answer that it must have."""

import asyncio
import collections
import dataclasses
import json
import random
import secrets
from time import monotonic as now

from proof.beside import Beside
from proof.credentials import SCOPE
from proof.setting import give_up
from proof.wire import Wire, request


@dataclasses.dataclass
class Call:
    """One kind of call. `make` gives the request, `is_right` says of status, head and body whether it is the answer."""
    name: str
    make: object
    is_right: object
    # How often it is made in comparison with the others.
    weight: int = 4
    # Keeps what the answer gave, for calls to come.
    keep: object = None


class Calls:
    """What is asked: credentials of one installation, and what its answers gave on the way."""

    # Tokens that were issued and are tried afterwards: the last of them.
    KEPT = 50

    def __init__(self, key, dead_key, client, resource_server, operator_key):
        # Requests of `/verify`, and pairs of client id and secret.
        self.key, self.dead_key, self.client = key, dead_key, client
        self.resource_server, self.operator_key = resource_server, operator_key
        self.tokens = collections.deque(maxlen=self.KEPT)
        # Names of accounts whose making was acknowledged, and of the one that is being made.
        self.made, self.name = [], None
        # The token that was asked about last.
        self.asked = None

    @classmethod
    async def prepare(cls, installation):
        desk = installation.desk
        _, key = await desk.api_key()
        path, dead = await desk.api_key()
        status, body = await desk.nodes[0].ask(desk.call("DELETE", path))
        if not 200 <= status < 300:
            give_up(f"a key was not deleted: {status} {body[:200]}")
        _, client = await desk.integration()
        made = await desk.make("/api/v1/resource-servers", {"name": "Proof", "audiences": [installation.ISSUER]})
        return cls(key, dead, client, (made["client_id"], made["client_secret"]), desk.key)

    def all(self):
        return [
            Call("GET /verify, an API key", lambda: self.key, self.named),
            Call("GET /verify, an access token", self.verify_token, self.named),
            Call("GET /verify, a deleted key", lambda: self.dead_key, lambda status, *_: status == 401),
            Call("GET /api/v1/me", lambda: request("GET", "/api/v1/me", bearer=self.operator_key), self.ok),
            Call("POST /oauth2/token", self.issue, lambda status, _, body: status == 200 and "access_token" in json.loads(body),
                 keep=self.keep_token),
            Call("POST /oauth2/introspect", self.introspect,
                 lambda status, _, body: status == 200 and json.loads(body)["active"] == (self.asked is not None)),
            Call("POST /api/v1/accounts", self.make_account, lambda status, *_: status == 201, weight=1, keep=self.keep_account),
        ]

    @staticmethod
    def ok(status, *_):
        return status == 200

    @staticmethod
    def named(status, head, _):
        return status == 200 and b"\nx-auth-credential: " in head.lower()

    def verify_token(self):
        self.asked = random.choice(self.tokens) if self.tokens else None
        return request("GET", f"/verify?scope={SCOPE}", bearer=self.asked) if self.asked else self.key

    def issue(self):
        return request("POST", "/oauth2/token", form="grant_type=client_credentials", client=self.client)

    def keep_token(self, body):
        self.tokens.append(json.loads(body)["access_token"])

    def introspect(self):
        self.asked = random.choice(self.tokens) if self.tokens else None
        form = f"token={self.asked or 'unknown'}"
        return request("POST", "/oauth2/introspect", form=form, client=self.resource_server)

    def make_account(self):
        self.name = f"Steady {secrets.token_hex(8)}"
        return request("POST", "/api/v1/accounts", bearer=self.operator_key, body={"name": self.name})

    def keep_account(self, _):
        self.made.append(self.name)


class KeptWire(Wire):
    """A connection that is given up when the other side says that it will."""

    async def ask(self, what):
        answer = await super().ask(what)
        if b"\r\nconnection: close" in self.head.lower():
            self.close()
        return answer


class Steady(Beside):
    """Calls to one address, one after another on each of some connections, at a bounded rate."""

    WIRES = 8
    # How long an answer may take, in seconds. What takes longer is lost.
    PATIENCE = 10
    # Every call has its answer before the count.
    LAST = PATIENCE + 10

    def __init__(self, address, calls, per_second, is_wanted=lambda kind: True):
        super().__init__()
        self.address, self.calls, self.per_second, self.is_wanted = address, calls, per_second, is_wanted

    async def _ask(self):
        # When each right answer came, and how long it took; and what each wrong one was.
        report = {"counts": collections.Counter(), "lost": [], "right": [], "times": [], "made": []}
        end = asyncio.Event()
        tasks = [asyncio.ensure_future(self._keep_asking(number, end, report)) for number in range(self.WIRES)]
        await self._until_the_end()
        end.set()
        await asyncio.gather(*tasks)
        return report

    async def _keep_asking(self, number, end, report):
        wire = KeptWire(self.address, f"127.0.3.{number + 1}")
        pause = self.WIRES / self.per_second
        # What an answer gave is known to who asks next on the same connection.
        calls = Calls(self.calls.key, self.calls.dead_key, self.calls.client, self.calls.resource_server, self.calls.operator_key)
        kinds = [kind for kind in calls.all() if self.is_wanted(kind)]
        weights = [kind.weight for kind in kinds]
        await asyncio.sleep(random.uniform(0, pause))
        while not end.is_set():
            kind, begin = random.choices(kinds, weights)[0], now()
            what = kind.make()
            try:
                status, body = await asyncio.wait_for(wire.ask(what), self.PATIENCE)
            except TimeoutError:
                status, body = -1, b""
            took = now() - begin
            report["counts"][kind.name] += 1
            report["times"].append(took)
            if self._is_right(kind, status, wire.head, body):
                report["right"].append(begin + took)
                if kind.keep:
                    kind.keep(body)
            else:
                report["lost"].append((begin, kind.name, status, body[:200].decode(errors="replace")))
            await asyncio.sleep(max(0.001, pause - took))
        report["made"] += calls.made
        wire.close()

    @staticmethod
    def _is_right(kind, status, head, body):
        try:
            return bool(status > 0 and kind.is_right(status, head, body))
        except (ValueError, KeyError):
            return False
