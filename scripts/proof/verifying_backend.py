"""A backend in Python that verifies in its own process. `/verify` is answered as a node does, `/readyz` with 200 while what was
learned is remembered. Told by its environment where and who it is."""

import asyncio
import os
import urllib.parse

from claviger_verifier import Refused, Verifier


async def answer(verifier, target, credential, address):
    """The status for a request."""
    path, _, query = target.partition("?")
    if path == "/readyz":
        return 200 if verifier.mode == "remembering" else 503
    try:
        await verifier.check_async(credential, dict(urllib.parse.parse_qsl(query)).get("scope", ""), address)
        return 200
    except Refused as refused:
        return refused.status


async def serve(verifier, reader, writer):
    """Answers one request after another."""
    address = writer.get_extra_info("peername")[0]
    try:
        while True:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            credential = fields.get("authorization", "").partition(" ")[2]
            status = await answer(verifier, first.split(" ")[1], credential, address)
            writer.write(f"HTTP/1.1 {status} Status\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    verifier = Verifier(*(os.environ[f"BACKEND_{name}"] for name in ("CLAVIGER", "CLIENT_ID", "CLIENT_SECRET")))
    verifier.start()
    server = await asyncio.start_server(
        lambda reader, writer: serve(verifier, reader, writer), "127.0.0.1", int(os.environ["BACKEND_PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
