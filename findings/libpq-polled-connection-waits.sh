#!/usr/bin/env bash
# Subject:   libpq, through psycopg 3.3.9 with the libpq that psycopg-binary 3.3.9 carries (PyPI).
# Expected:  connect_timeout=2 in the connection string bounds the attempt, and with several hosts the next one is
#            tried.
# Real:      both are true of PQconnectdb alone. A connection that is polled (PQconnectStart, PQconnectPoll), as every
#            event loop does it, ignores connect_timeout: with a first host that takes the connection and says
#            nothing, it goes on waiting and never comes to the second. The documentation says so in one sentence.
# Matters:   the string with connect_timeout and two hosts that fails over well in psql does not do so in a server
#            that connects without blocking. Whoever polls has to keep the clock, and to go on to the next host.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check psycopg==3.3.9 psycopg-binary==3.3.9

timeout 60 "$folder/python/bin/python" - <<'END'
import select
import socket
import sys
import time

from psycopg import pq

LIMIT, PATIENCE = 2, 7


class SilentHost:
    """Lets connections come and says nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]

    def count(self):
        connections = []
        try:
            while True:
                connections.append(self.listener.accept())
        except BlockingIOError:
            return len(connections)


def hosts():
    first, second = SilentHost(), SilentHost()
    return first, second, (f"host=127.0.0.1,127.0.0.1 port={first.port},{second.port} user=desk dbname=desk "
                           f"connect_timeout={LIMIT} sslmode=disable gssencmode=disable").encode()


print("libpq", pq.version(), "connect_timeout =", LIMIT)

first, second, text = hosts()
begin = time.monotonic()
blocking = pq.PGconn.connect(text)
took = time.monotonic() - begin
counts = [first.count(), second.count()]
print(f"PQconnectdb: failed after {took:.1f} s; connections to the two hosts: {counts}")
if blocking.status != pq.ConnStatus.BAD or counts != [1, 1] or took > 3 * LIMIT:
    sys.exit("CHANGED: PQconnectdb does not go on to the second host in time")

first, second, text = hosts()
begin = time.monotonic()
polled = pq.PGconn.connect_start(text)
state = pq.PollingStatus.WRITING
while state in (pq.PollingStatus.READING, pq.PollingStatus.WRITING) and time.monotonic() - begin < PATIENCE:
    reads = [polled.socket] if state == pq.PollingStatus.READING else []
    writes = [polled.socket] if state == pq.PollingStatus.WRITING else []
    if any(select.select(reads, writes, [], 0.2)):
        state = pq.PollingStatus(polled.connect_poll())
took = time.monotonic() - begin
counts = [first.count(), second.count()]
print(f"PQconnectPoll: {state.name} after {took:.1f} s; connections to the two hosts: {counts}")
if state != pq.PollingStatus.READING or counts != [1, 0]:
    sys.exit("CHANGED: a polled connection obeys connect_timeout")
polled.finish()
END
