#!/usr/bin/env bash
# Subject:   schemathesis 4.32.5 (PyPI), `schemathesis run` with the address of an OpenAPI document.
# Expected:  every operation of the document is tried, one that serves the document itself too; or it says which is not.
# Real:      the operation at whose address it read the document is left out, of the total too: "Selected: 1/1", with no
#            word on which or why. From a file with the same content it says "Selected: 2/2".
# Matters:   a service that describes its own /openapi.json has one operation that is never tried, and a check that all
#            operations were tried fails by one for no reason that can be seen.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5

cd "$folder"
timeout 240 "$folder/python/bin/python" -W ignore - <<'END'
import http.server
import importlib.metadata
import json
import re
import subprocess
import sys
import threading

OPERATION = {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}}
DOCUMENT = json.dumps({
    "openapi": "3.1.0", "info": {"title": "two operations", "version": "1"},
    "paths": {"/openapi.json": {"get": OPERATION}, "/things": {"get": OPERATION}},
}).encode()


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = DOCUMENT if self.path == "/openapi.json" else b"{}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"


def selected(*where):
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", *where, "--phases", "examples", "--max-examples", "1",
         "--checks", "not_a_server_error"],
        capture_output=True, text=True, timeout=120)
    found = re.search(r"Selected: (\d+)/(\d+)", run.stdout)
    return found.group(0) if found else run.stdout[-2000:] + run.stderr[-2000:]


with open("openapi.json", "wb") as file:
    file.write(DOCUMENT)
by_address = selected(f"{base}/openapi.json")
by_file = selected("openapi.json", "--url", base)
print("schemathesis", importlib.metadata.version("schemathesis"))
print("by its address:", by_address)
print("from a file:   ", by_file)
if (by_address, by_file) != ("Selected: 1/1", "Selected: 2/2"):
    sys.exit("CHANGED: which operations are selected")
END
