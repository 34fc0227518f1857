"""Apps that exchange codes or refresh tokens as fast as they can, for scripts/bench. wrk cannot: each request needs the
answer to the one before.

    app_load.py phase port credentials tokens seconds connections

`phase` is `exchange` or `refresh`, `credentials` what the demo wrote, `tokens` a file of refresh tokens that `exchange`
leaves for `refresh`. Prints READY once everything that is not measured is done, starts at the next line of standard input,
and prints RESULT with what Benchmarks/load.lua prints.
"""

import asyncio
import base64
import hashlib
import json
import pathlib
import re
import sys
import urllib.parse
from time import monotonic as now

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))

from proof.pages import Visitor
from proof.wire import Wire, request

SCOPE = "data.read"
VERIFIER = "a" * 64


class Apps:
    def __init__(self, port, credentials, tokens, seconds, connections):
        self.credentials = json.loads(pathlib.Path(credentials).read_text())
        self.app = self.credentials["app"]
        self.client = (self.app["client_id"], self.app["client_secret"])
        self.tokens, self.seconds, self.connections = pathlib.Path(tokens), float(seconds), int(connections)
        self.address = ("127.0.0.1", int(port))
        self.latencies, self.refused, self.broken = [], 0, 0

    def call(self, **form):
        return request("POST", "/oauth2/token", form=urllib.parse.urlencode(form), client=self.client)

    async def answer(self, wire, what):
        """What a call was answered with, None if it was refused."""
        begin = now()
        status, body = await wire.ask(what)
        if status != 200:
            self.refused += status != 0
            self.broken += status == 0
            return None
        self.latencies.append(now() - begin)
        return json.loads(body)

    async def prepare_exchange(self):
        challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        path = "/oauth2/authorize?" + urllib.parse.urlencode({
            "response_type": "code", "client_id": self.client[0], "redirect_uri": self.app["redirect_uri"],
            "scope": SCOPE, "state": "bench", "code_challenge": challenge, "code_challenge_method": "S256"})
        visitor = Visitor(self.credentials["issuer"])
        visitor.consent(path, self.credentials["admin"]["email"], self.credentials["admin"]["password"])
        cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        self.asking = request("GET", path, cookie=cookie)

    async def run_exchange(self):
        """A code for what was granted before, and its exchange. A grant keeps 50 codes, so fewer wait at a time."""
        issued = []

        async def one(end):
            wire = Wire(self.address)
            while now() < end:
                await wire.ask(self.asking)
                found = re.search(rb"[?&]code=([^&\s]+)", wire.head)
                if not found:
                    sys.exit(f"app_load: no code: {wire.head[:300]!r}")
                pair = await self.answer(wire, self.call(
                    grant_type="authorization_code", code=found[1].decode(), redirect_uri=self.app["redirect_uri"],
                    code_verifier=VERIFIER))
                if pair:
                    issued.append(pair["refresh_token"])

        self.connections = min(self.connections, 32)
        await self.measured(one)
        # The oldest lineages of a grant end when there are too many.
        self.tokens.write_text("\n".join(issued[-32:]))

    async def run_refresh(self):
        held = self.tokens.read_text().split()

        async def one(end, number):
            wire = Wire(self.address)
            while now() < end:
                issued = await self.answer(wire, self.call(grant_type="refresh_token", refresh_token=held[number]))
                if issued is None:
                    return
                held[number] = issued["refresh_token"]

        await self.measured(*(lambda end, number=number: one(end, number) for number in range(len(held))))
        self.tokens.write_text("\n".join(held))

    async def measured(self, *ones):
        """Runs each of these, or so many of the only one as there are connections."""
        print("READY", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        begin = now()
        ones = ones if len(ones) > 1 else ones * self.connections
        await asyncio.gather(*(one(begin + self.seconds) for one in ones))
        seconds, ordered = now() - begin, sorted(self.latencies) or [0]
        print("RESULT " + json.dumps({
            "requests": len(self.latencies), "seconds": seconds, "p50_ms": ordered[len(ordered) // 2] * 1e3,
            "p99_ms": ordered[len(ordered) * 99 // 100] * 1e3, "max_ms": ordered[-1] * 1e3, "refused": self.refused,
            "broken": self.broken}), flush=True)


async def main():
    phase, *rest = sys.argv[1:]
    apps = Apps(*rest)
    if phase == "exchange":
        await apps.prepare_exchange()
        await apps.run_exchange()
    else:
        await apps.run_refresh()


asyncio.run(main())
