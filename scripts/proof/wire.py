"""What goes over a connection to a server."""

import asyncio
import base64
import json
import re
import socket


def request(method, path, bearer=None, body=None, form=None, client=None, cookie=None):
    """A request as it is sent."""
    lines, content = [f"{method} {path} HTTP/1.1", "Host: claviger.example"], b""
    if bearer:
        lines.append(f"Authorization: Bearer {bearer}")
    if client:
        lines.append("Authorization: Basic " + base64.b64encode(":".join(client).encode()).decode())
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if body is not None:
        content = json.dumps(body).encode()
        lines.append("Content-Type: application/json")
    if form is not None:
        content = form.encode()
        lines.append("Content-Type: application/x-www-form-urlencoded")
    if method != "GET":
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


class Wire:
    """A connection that is kept and used for one request after another."""

    def __init__(self, address, source=None):
        self.address, self.source, self.socket = address, source, None
        # That of the last answer.
        self.head = b""

    async def ask(self, what):
        """Status and body of the answer; status 0 if the connection ended without one."""
        try:
            return await self._ask(what)
        except OSError:
            self.close()
            return 0, b""
        except asyncio.CancelledError:
            self.close()
            raise

    async def _ask(self, what):
        loop = asyncio.get_running_loop()
        if self.socket is None:
            self.socket = socket.socket()
            self.socket.setblocking(False)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.source:
                self.socket.bind((self.source, 0))
            await loop.sock_connect(self.socket, self.address)
        await loop.sock_sendall(self.socket, what)
        data = b""
        while True:
            more = await loop.sock_recv(self.socket, 65536)
            if not more:
                raise ConnectionResetError
            data += more
            head, end, body = data.partition(b"\r\n\r\n")
            if end and len(body) >= self._length(head):
                self.head = head
                return int(head[9:12]), body

    @staticmethod
    def _length(head):
        stated = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        return int(stated[1]) if stated else 0

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None
