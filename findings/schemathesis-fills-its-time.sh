#!/usr/bin/env bash
# Subject:   schemathesis 4.32.5 (PyPI), `schemathesis run --max-examples N --max-time SECONDS`.
# Expected:  the time is a bound: a run that has tried its examples before ends before.
# Real:      the phase of fuzzing goes on until the time is over, however few examples it is to try, and says that all went
#            well. Of one operation and 3 examples 5 requests become some 900 in 10 s.
# Matters:   whoever adds a limit so that CI cannot hang has every run last that long, at the price of a whole core; a more
#            generous limit is a slower run. Bound the process from outside instead.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5

cd "$folder"
timeout 120 "$folder/python/bin/python" -W ignore - <<'END'
import http.server
import importlib.metadata
import json
import subprocess
import sys
import threading
import time

DOCUMENT = json.dumps({
    "openapi": "3.1.0", "info": {"title": "one operation", "version": "1"},
    "paths": {"/things": {"get": {
        "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
        "responses": {"200": {"description": "ok"}}}}},
})
asked = 0


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        asked += 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
with open("openapi.json", "w", encoding="utf-8") as file:
    file.write(DOCUMENT)


def run(*further):
    global asked
    asked, began = 0, time.monotonic()
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", f"http://127.0.0.1:{server.server_port}",
         "--phases", "fuzzing", "--max-examples", "3", "--checks", "not_a_server_error", *further],
        capture_output=True, text=True, timeout=60)
    return run.returncode, asked, time.monotonic() - began


print("schemathesis", importlib.metadata.version("schemathesis"))
status, few, seconds = run()
print(f"--max-examples 3:                status {status}, {few} requests in {seconds:.1f} s")
bounded, many, longer = run("--max-time", "10")
print(f"--max-examples 3 --max-time 10:  status {bounded}, {many} requests in {longer:.1f} s")
if (status, bounded) != (0, 0) or few > 20 or many < 10 * few or longer < 10:
    sys.exit("CHANGED: the time is a bound alone")
END
