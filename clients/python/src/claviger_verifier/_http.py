"""HTTP/1.1 to Claviger: each exchange has a deadline and a largest size, follows no redirect and knows no proxy."""

from __future__ import annotations

import base64
import concurrent.futures
import http.client
import io
import ipaddress
import socket
import ssl
import threading
import time
import urllib.parse
from email.message import Message
from typing import Any, List, Mapping, NamedTuple, Optional, Tuple, cast


class Redacted:
    """A secret text that is not printed."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "(redacted)"

    def __reduce__(self) -> Tuple[Any, ...]:
        raise TypeError("a secret is not pickled")


def basic(client_id: str, client_secret: str) -> Redacted:
    """The value of ``Authorization`` (RFC 6749 §2.3.1)."""
    text = f"{urllib.parse.quote_plus(client_id)}:{urllib.parse.quote_plus(client_secret)}"
    return Redacted("Basic " + base64.b64encode(text.encode()).decode())


class Origin:
    """Where Claviger is, and how it is trusted."""

    def __init__(self, url: str, *, context: Optional[ssl.SSLContext], allows_http: bool) -> None:
        parts = urllib.parse.urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
            raise ValueError("issuer_url must be https://host[:port][/path]")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("issuer_url has neither user nor query nor fragment")
        if parts.scheme == "http" and not allows_http and not _is_loopback(parts.hostname):
            raise ValueError("issuer_url must be https: over http, anybody on the way reads the secret and the credentials")
        self.host: str = parts.hostname
        self.port: int = port or (443 if parts.scheme == "https" else 80)
        self.prefix: str = parts.path.rstrip("/")
        self.url = f"{parts.scheme}://{parts.netloc}{self.prefix}"
        self.begin()
        self.context: Optional[ssl.SSLContext] = None
        if parts.scheme == "https":
            if context is None:
                context = ssl.create_default_context()
                context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.context = context

    def begin(self) -> None:
        """What belongs to one process."""
        self.look_up = LookUp(self.host, self.port)

    def target(self, path: str) -> str:
        """A path below the issuer's."""
        if not path.startswith("/") or any(not "!" <= letter <= "~" for letter in path):
            raise ValueError("a path begins with a slash and is printable ASCII")
        return self.prefix + path


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class LookUp:
    """The look-up of a host. It cannot be broken off, so a thread does it for all who wait at the time: where it takes too long
    they leave, and who comes next waits for the same one."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._lock = threading.Lock()
        self._running: "Optional[concurrent.futures.Future[List[Any]]]" = None

    def addresses(self, deadline: float) -> List[Any]:
        """What ``socket.getaddrinfo`` finds. Raises OSError, ValueError."""
        with self._lock:
            running = self._running
            if running is None:
                running = concurrent.futures.Future()
                thread = threading.Thread(target=self._run, args=(running,), name="claviger-look-up", daemon=True)
                try:
                    thread.start()
                except RuntimeError:
                    raise OSError("no thread") from None
                self._running = running
        try:
            return running.result(remaining(deadline))
        except concurrent.futures.TimeoutError:
            raise socket.timeout("timed out") from None

    def _run(self, running: "concurrent.futures.Future[List[Any]]") -> None:
        found: List[Any] = []
        failure: Optional[Exception] = None
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except Exception as error:
            failure = error
        with self._lock:
            self._running = None
        if failure is None:
            running.set_result(found)
        else:
            running.set_exception(failure)


class Reply(NamedTuple):
    """A reply with its whole body."""

    status: int
    headers: Message
    body: bytes


class _Wire(io.RawIOBase):
    """A socket each of whose operations ends at the deadline. It does of a socket what http.client uses of one."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__()
        self._socket = connected
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(remaining(self.deadline))
        return self._socket.recv_into(buffer)

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(remaining(self.deadline))
        self._socket.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        # http.client closes what it reads from after each reply. The socket is closed by Connection.shut.
        pass

    def shut(self) -> None:
        self._socket.close()

    def wake(self) -> None:
        """Ends a reading in another thread."""
        try:
            # Of the socket below TLS: nothing is said to the node, and no lock of TLS is waited for.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            pass


def remaining(deadline: float) -> float:
    """Seconds until the deadline. Raises TimeoutError after it."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise socket.timeout("timed out")
    return seconds


class Connection(http.client.HTTPConnection):
    """A connection to the origin. Without ``until`` nothing is sent or read."""

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin.host, origin.port)
        self._origin = origin
        self._wire: Optional[_Wire] = None
        self._deadline = 0.0

    def until(self, deadline: float) -> None:
        """All that follows ends at this moment of ``time.monotonic``."""
        self._deadline = deadline
        if self._wire is not None:
            self._wire.deadline = deadline

    def connect(self) -> None:
        connected = self._connected()
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._origin.context is not None:
                connected.settimeout(remaining(self._deadline))
                connected = self._origin.context.wrap_socket(connected, server_hostname=self.host)
        except BaseException:
            connected.close()
            raise
        self._wire = _Wire(connected)
        self._wire.deadline = self._deadline
        self.sock = cast(socket.socket, self._wire)

    def _connected(self) -> socket.socket:
        """To the first address that answers. Each is given its part of the time, so that a dead one leaves some to the rest."""
        found = self._origin.look_up.addresses(self._deadline)
        failure: Optional[OSError] = None
        for tried, (family, kind, protocol, _, address) in enumerate(found):
            connected = socket.socket(family, kind, protocol)
            try:
                connected.settimeout(remaining(self._deadline) / (len(found) - tried))
                connected.connect(address)
                return connected
            except OSError as error:
                failure = error
                connected.close()
        raise failure or OSError("the host has no address")

    def shut(self) -> None:
        """Closes it for good. ``close`` is what http.client calls before it reads the last reply of a connection."""
        super().close()
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.shut()

    def wake(self) -> None:
        """Ends a reading in another thread."""
        wire = self._wire
        if wire is not None:
            wire.wake()

    def abandon(self) -> None:
        """Closes this process's copy of what the parent process goes on to use."""
        wire = self._wire
        if wire is not None:
            wire.shut()


class Connections:
    """Connections that are kept for the next question."""

    _MOST_IDLE = 16
    #: Shorter than servers and load balancers keep them.
    _IDLE_FOR = 10.0

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._lock = threading.Lock()
        self._idle: List[Tuple[float, Connection]] = []

    def post(
        self, target: str, headers: Mapping[str, str], body: bytes, *, deadline: float, largest: int
    ) -> Reply:
        """Sends a request that may be repeated. Raises OSError, http.client.HTTPException."""
        connection = self._take()
        if connection is not None:
            try:
                return self._exchange(connection, target, headers, body, deadline, largest)
            except (ConnectionError, ssl.SSLError):
                pass  # It was closed while nobody used it.
        return self._exchange(Connection(self._origin), target, headers, body, deadline, largest)

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.shut()

    def abandon(self) -> None:
        """In a child process: closes copies. The lock may be held by a thread that is not there."""
        for _, connection in list(self._idle):
            connection.abandon()

    def _exchange(
        self, connection: Connection, target: str, headers: Mapping[str, str], body: bytes, deadline: float, largest: int
    ) -> Reply:
        is_kept = False
        try:
            connection.until(deadline)
            connection.request("POST", target, body, dict(headers))
            response = connection.getresponse()
            content = response.read(largest + 1)
            if len(content) > largest:
                raise http.client.HTTPException("a reply that is too large")
            if response.length:
                raise http.client.IncompleteRead(b"")
            is_kept = response.isclosed() and not response.will_close
            return Reply(response.status, response.headers, content)
        finally:
            if is_kept:
                self._give(connection)
            else:
                connection.shut()

    def _take(self) -> Optional[Connection]:
        oldest = time.monotonic() - self._IDLE_FOR
        with self._lock:
            stale = [connection for since, connection in self._idle if since < oldest]
            self._idle = [pair for pair in self._idle if pair[0] >= oldest]
            taken = self._idle.pop()[1] if self._idle else None
        for connection in stale:
            connection.shut()
        return taken

    def _give(self, connection: Connection) -> None:
        with self._lock:
            if len(self._idle) < self._MOST_IDLE:
                self._idle.append((time.monotonic(), connection))
                return
        connection.shut()


def retry_after(headers: Message, largest: int) -> Optional[int]:
    """Seconds of ``Retry-After``, None where it says none."""
    text = headers.get("Retry-After", "")
    return min(int(text), largest) if text.isascii() and text.isdigit() and len(text) < 10 else None
