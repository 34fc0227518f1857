"""Holds a connection to a TLS listener while its certificate is replaced, floods it with frames of HTTP/2, and has it end at last.

Told: the port, the number of the server's process, the folder with cert.pem and key.pem, which are a.pem and a-key.pem at first,
and the server's log. Standard library alone.
"""

import http.client
import os
import shutil
import signal
import socket
import ssl
import sys
import time

port, process, folder, log = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]


def trusting(*protocols: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for name in ("a.pem", "b.pem"):
        context.load_verify_locations(os.path.join(folder, name))
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def connect(*protocols: str) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=60)
    return trusting(*protocols).wrap_socket(plain, server_hostname="127.0.0.1")


def served() -> bytes:
    with connect() as connection:
        return connection.getpeercert(binary_form=True) or b""


def certificate(name: str) -> bytes:
    with open(os.path.join(folder, name), encoding="ascii") as file:
        return ssl.PEM_cert_to_DER_cert(file.read())


def put(name: str, place: str) -> None:
    draft = os.path.join(folder, "draft")
    shutil.copy(os.path.join(folder, name), draft)
    os.replace(draft, os.path.join(folder, place))


def refusals() -> int:
    with open(log, encoding="utf-8") as file:
        return file.read().count("cannot be served")


def becomes(what: str, is_so) -> None:
    end = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < end, f"it never comes to be so that {what}"
        time.sleep(0.1)


held = http.client.HTTPSConnection("127.0.0.1", port, context=trusting(), timeout=60)


def alive() -> None:
    held.request("GET", "/healthz")
    answer = held.getresponse()
    assert answer.status == 200 and answer.read(), answer.status


# MARK: - The certificate


alive()
kept = held.sock
assert served() == certificate("a.pem")
put("b.pem", "cert.pem")
becomes("half a replacement is told", lambda: refusals() == 1)
assert served() == certificate("a.pem"), "half a replacement is served"
put("b-key.pem", "key.pem")
os.kill(process, signal.SIGHUP)
becomes("the new certificate is served", lambda: served() == certificate("b.pem"))
assert refusals() == 1, "half a replacement is told more than once"
alive()
assert held.sock is kept, "the connection was not kept"


# MARK: - Frames


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS = 1, 4
# GET, https, "/healthz" and "localhost" in literals that are not remembered (RFC 7541 §6.2.2).
REQUEST = b"\x82\x87\x04\x08/healthz\x01\x09localhost"


def streams() -> ssl.SSLSocket:
    connection = connect("h2")
    assert connection.selected_alpn_protocol() == "h2"
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0))
    return connection


class Frames:
    """What comes, frame by frame, until the other end ends."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection = connection
        self.bytes = b""

    def __iter__(self):
        while True:
            while len(self.bytes) < 9 or len(self.bytes) < 9 + int.from_bytes(self.bytes[:3], "big"):
                try:
                    more = self.connection.recv(65_536)
                except (ConnectionError, ssl.SSLError):
                    more = b""
                if not more:
                    return
                self.bytes += more
            length = int.from_bytes(self.bytes[:3], "big")
            yield self.bytes[3], self.bytes[4], self.bytes[9 : 9 + length]
            self.bytes = self.bytes[9 + length :]


with streams() as connection:
    connection.sendall(b"".join(frame(HEADERS, END_HEADERS | END_STREAM, 1 + 2 * n, REQUEST) for n in range(60)))
    heads = ends = 0
    for kind, flags, _ in Frames(connection):
        heads += kind == HEADERS
        ends += kind in (HEADERS, DATA) and flags & END_STREAM == END_STREAM
        if ends == 60:
            break
    assert (heads, ends) == (60, 60), (heads, ends)


def ends_by(what: str, flood: bytes) -> None:
    """A timeout fails: then the connection goes on."""
    with streams() as connection:
        try:
            connection.sendall(flood)
        except (ConnectionError, ssl.SSLError, BrokenPipeError):
            pass
        last = [payload[4:8] for kind, _, payload in Frames(connection) if kind == GOAWAY]
        print(what, [code.hex() for code in last])
    alive()


ends_by(
    "requests that are taken back at once",
    b"".join(
        frame(HEADERS, END_HEADERS | END_STREAM, 1 + 2 * n, REQUEST)
        + frame(RESET, 0, 1 + 2 * n, (8).to_bytes(4, "big"))
        for n in range(1000)
    ),
)
ends_by("questions whether it is there", frame(PING, 0, 0, b"12345678") * 1000)
ends_by("settings", frame(SETTINGS, 0, 0) * 1000)
ends_by("a head without end", frame(HEADERS, END_STREAM, 1, REQUEST) + frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b") * 100)
ends_by("a head that is too long", frame(HEADERS, END_STREAM, 1, REQUEST) + frame(CONTINUATION, 0, 1, b"\x00\x01a\x7f\x80\x7e" + b"b" * 16_255) * 4)
assert held.sock is kept, "the connection was not kept"


# MARK: - The end of the server


class Line:
    """A connection of HTTP/2, and what comes on it."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection = connection
        self.frames = iter(Frames(connection))
        self.passed = []

    def ask(self, stream: int) -> None:
        """Until the answer is there in whole. `:status 200` is one byte (RFC 7541 appendix A)."""
        self.connection.sendall(frame(HEADERS, END_HEADERS | END_STREAM, stream, REQUEST))
        for kind, flags, payload in self.frames:
            assert kind != RESET, payload
            assert kind != HEADERS or payload[0] == 0x88, payload
            if kind in (HEADERS, DATA) and flags & END_STREAM:
                return
            self.passed.append((kind, payload))
        raise AssertionError("there is no answer")

    def told(self, wanted: int) -> bytes:
        """The next frame of a kind, also one that came before an answer."""
        for index, (kind, payload) in enumerate(self.passed):
            if kind == wanted:
                del self.passed[index]
                return payload
        for kind, _, payload in self.frames:
            assert kind != RESET, payload
            if kind == wanted:
                return payload
        raise AssertionError(f"no frame of kind {wanted} comes")

    def last(self) -> int:
        """Of the streams that are answered, by the next GOAWAY."""
        payload = self.told(GOAWAY)
        assert payload[4:8] == bytes(4), payload
        return int.from_bytes(payload[:4], "big")


held.close()
with streams() as first, streams() as second:
    used, fresh = Line(first), Line(second)
    used.ask(1)
    fresh.told(SETTINGS)
    os.kill(process, signal.SIGTERM)
    assert used.last() == 0x7FFF_FFFF
    # Both are sent, for all that the server can know, before the client has heard of anything.
    used.ask(3)
    fresh.ask(1)
    assert fresh.last() == 0x7FFF_FFFF
    for line, stream in ((used, 3), (fresh, 1)):
        ping = line.told(PING)
        try:
            line.connection.sendall(frame(PING, 1, 0, ping))
        except (ConnectionError, ssl.SSLError):
            # The server waits for that a few seconds, and no longer.
            pass
        assert line.last() == stream
        assert not list(line.frames), "something comes behind the end"
