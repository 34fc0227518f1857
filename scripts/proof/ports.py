"""Ports for servers that have yet to start. As a program it prints one."""

import random
import socket
import sys

# Each holds the UDP port of the same number, which nothing here uses, so that nobody who looks for a port finds the same meanwhile.
HELD = []


def free_port():
    """A port of this machine at which nobody listens, and which nobody is given by chance while a server that had it starts again: it is
    below those that the system takes for outgoing connections. The tests in Swift look for theirs in the same way."""
    for _ in range(1000):
        port = random.randrange(10_000, 32_768)
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            held.bind(("127.0.0.1", port))
            with socket.socket() as free:
                free.bind(("127.0.0.1", port))
        except OSError:
            held.close()
            continue
        HELD.append(held)
        return port
    sys.exit("no port is free")


if __name__ == "__main__":
    print(free_port())
