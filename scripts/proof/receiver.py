"""A receiver of webhooks that fails as receivers do, and remembers everything."""

import asyncio
import base64
import collections
import hashlib
import hmac
import json
import random

# Of what comes for the first time, so much is not taken, in one way or another. What comes again is taken: the second pause is 5 minutes.
FAILING = 0.2
# How long an answer takes at most, in seconds.
SLOWEST = 0.2


class Receiver:
    """Who listens for all webhooks of a proof, each at a path of its own."""

    def __init__(self):
        # By path.
        self.secrets = {}
        # By path and identifier: how often it came, its body, and when it was taken for the first time, in their order.
        self.came, self.bodies, self.taken = collections.Counter(), {}, collections.defaultdict(list)
        self.counts, self.failures = collections.Counter(), []

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.address = "http://127.0.0.1:%d" % self.server.sockets[0].getsockname()[1]

    def stop(self):
        self.server.close()

    async def serve(self, reader, writer):
        try:
            while await self.message(reader, writer):
                pass
        except asyncio.IncompleteReadError as cut:
            # Whoever sent it was killed, unless nothing was on its way.
            self.counts["cut off"] += bool(cut.partial)
        except ConnectionError:
            self.counts["cut off"] += 1
        finally:
            writer.close()

    async def message(self, reader, writer):
        """Whether more may come over the connection."""
        head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
        if not head:
            return False
        lines = head.decode().split("\r\n")
        path = lines[0].split(" ")[1]
        fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        fields = {name.lower(): value for name, value in fields.items()}
        body = await reader.readexactly(int(fields["content-length"]))
        self.judge(path, fields, body)
        key = path, fields["webhook-id"]
        self.came[key] += 1
        await asyncio.sleep(random.uniform(0, SLOWEST))
        if self.came[key] == 1 and random.random() < FAILING:
            self.counts["not taken"] += 1
            if random.random() < 0.5:
                return False
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        else:
            if fields["webhook-id"] in self.taken[path]:
                self.counts["came again"] += 1
            else:
                self.taken[path].append(fields["webhook-id"])
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        return True

    def judge(self, path, fields, body):
        """Whether it is signed, is JSON, and is what came under its identifier before."""
        message = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body
        secret = base64.b64decode(self.secrets[path].removeprefix("whsec_"), validate=True)
        expected = "v1," + base64.b64encode(hmac.new(secret, message, hashlib.sha256).digest()).decode()
        if expected not in fields["webhook-signature"].split(" "):
            self.failures.append("a message was not signed by its secret")
        if json.loads(body)["type"] != "webhook.test":
            self.failures.append("a message came that nobody sent")
        if self.bodies.setdefault((path, fields["webhook-id"]), body) != body:
            self.failures.append("two bodies came under one identifier")
