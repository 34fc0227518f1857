#!/usr/bin/env bash
# Subject:   Prometheus 2.42.0 (Debian 12), oauth2 in a scrape configuration; it is Go's golang.org/x/oauth2 inside.
# Expected:  a token endpoint that answers 429 or 503 with "Retry-After: 60" is asked once, and again after a minute.
# Real:      until a first token was given, each failure, of any status, is followed at once by a second request that
#            sends id and secret in the body instead of the Basic header: the library is finding out which of both the
#            server takes. The pair comes again at every scrape. After a first token one request is made, but still at
#            every scrape; Retry-After is not read.
# Matters:   a limit on the token endpoint counts every attempt twice and is reached at half of what it says; the log
#            of refusals shows the client with a method that nobody configured; and a server that comes up late gets
#            twice the load, from every scraper, in step with the scrape interval.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/packages"
(cd "$folder/packages" && timeout 120 apt-get download -q prometheus >/dev/null 2>&1) ||
    { echo "needs Debian's package prometheus"; exit 2; }
dpkg -x "$folder"/packages/prometheus_*.deb "$folder/debian"

timeout 60 python3 - "$folder" "$folder/debian/usr/bin/prometheus" <<'END'
import http.server
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

folder, program = sys.argv[1:]
asked = []
reply = 503
given = 0


class Desk(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global given
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        method = "Basic" if "Authorization" in self.headers else "body"
        asked.append((time.monotonic(), method, "client_secret" in form))
        value, status = {"error": "temporarily_unavailable"}, reply
        if given > 0:
            # Go renews ten seconds early, so this one is used for two seconds.
            value, status = {"access_token": "token", "token_type": "Bearer", "expires_in": 12}, 200
            given -= 1
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Retry-After", "60")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
threading.Thread(target=server.serve_forever, daemon=True).start()
with open(f"{folder}/prometheus.yml", "w") as file:
    json.dump({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{
            "job_name": "desk",
            "oauth2": {"client_id": "client", "client_secret": "secret",
                       "token_url": f"http://127.0.0.1:{server.server_port}/token"},
            "static_configs": [{"targets": [f"127.0.0.1:{server.server_port}"]}],
        }],
    }, file)

version = subprocess.run([program, "--version"], capture_output=True, text=True)
print((version.stdout + version.stderr).splitlines()[0])
wrong = []
for reply, given, expected in (503, 0, ["Basic", "body"] * 3), (429, 0, ["Basic", "body"] * 3), (503, 1, ["Basic"] * 4):
    asked.clear()
    name = f"{reply}, {'after a first token' if given else 'no token yet'}"
    prometheus = subprocess.Popen(
        [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
         f"--web.listen-address=127.0.0.1:{free_port()}", "--log.level=error"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 15
        while len(asked) < len(expected) and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        prometheus.terminate()
        prometheus.wait(10)
    seen = asked[:len(expected)]
    for moment, method, _ in seen:
        print(f"{name}: asked at {moment - seen[0][0]:5.2f} s, client id and secret by {method}")
    if [method for _, method, _ in seen] != expected or any(method == "body" and not form for _, method, form in seen):
        wrong.append(f"{name}: requests")
    elif seen[-1][0] - seen[0][0] > 10 or any(
            seen[i][1] == "body" and seen[i][0] - seen[i - 1][0] > 0.5 for i in range(len(seen))):
        wrong.append(f"{name}: moments")
if wrong:
    sys.exit(f"CHANGED: {wrong}")
END
