#!/usr/bin/env bash
# Subject:   Python's own codec "idna" (http.client, socket) and the package idna 3.20 (requests 2.34.2, httpx
#            0.28.1).
# Expected:  a host name has one ASCII form, whichever module of the same program asks for it.
# Real:      the standard library speaks IDNA 2003, the packages IDNA 2008. For names with one of four letters they
#            differ: http.client goes to fass.example where requests and httpx go to xn--fa-hia.example, and these are
#            two domains. Names such as bücher.example have the same form in both.
# Matters:   a webhook target, an issuer or a redirect URI that was typed with such a letter is reached by one part of
#            a program and not by another, or a test call reaches one host and the delivery another. Turn the name
#            into ASCII once, where it is typed, by one library, show that form, and keep and use it alone.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check \
    idna==3.20 requests==2.34.2 httpx==0.28.1

timeout 60 env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY "$folder/python/bin/python" - <<'END'
import http.client
import http.server
import platform
import socket
import sys
import threading

import httpx
import idna
import requests

hosts = []


class Listener(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        hosts.append(self.headers["Host"].partition(":")[0])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_port

# Whatever the name, the connection goes to the listener above: no name leaves this machine.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, port, *rest, **named: resolve("127.0.0.1", port, *rest, **named)


def standard(host):
    connection = http.client.HTTPConnection(host, port, timeout=5)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()


callers = {
    "http.client": standard,
    "requests": lambda host: requests.get(f"http://{host}:{port}/", timeout=5),
    "httpx": lambda host: httpx.get(f"http://{host}:{port}/", timeout=5),
}
print("Python", platform.python_version(), "idna", idna.__version__,
      "requests", requests.__version__, "httpx", httpx.__version__)
seen = {}
for host in "bücher.example", "faß.example", "βόλος.example":
    for name, call in callers.items():
        hosts.clear()
        call(host)
        seen[host, name] = hosts[0]
        print(f"{host:16} {name:12} asks {hosts[0]}")
    print(f"{host:16} the codec says {host.encode('idna').decode()}, the package {idna.encode(host).decode()}")

if seen["bücher.example", "http.client"] != seen["bücher.example", "requests"]:
    sys.exit("CHANGED: the two standards differ for bücher.example")
for host in "faß.example", "βόλος.example":
    if seen[host, "requests"] != seen[host, "httpx"] or seen[host, "http.client"] == seen[host, "requests"]:
        sys.exit(f"CHANGED: names asked for {host}")
END
