#!/usr/bin/env bash
# Subject:   google-auth 2.63.0 (PyPI), Credentials.refresh() against any token endpoint.
# Expected:  a token endpoint that answers 503 with "Retry-After: 60" is left alone for a minute, or the error is
#            given to the caller at once.
# Real:      the same refresh token is sent three times within about three seconds, and Retry-After is not read; then
#            the error is raised, marked as retryable. An answer that says invalid_grant is given to the caller at
#            once.
# Matters:   the server may have spent the refresh token before its answer was lost on the way (a gateway's 503), so
#            the second and third sending look like a stolen token that is used again: rotation needs a window in
#            which a repeat gets the first answer. And a server that is short of breath gets three times the load.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check google-auth==2.63.0 requests==2.34.2

timeout 60 "$folder/python/bin/python" - <<'END'
import http.server
import json
import sys
import threading
import time
import urllib.parse

import google.auth
import google.auth.exceptions
import google.auth.transport.requests
import google.oauth2.credentials

seen = []
reply = None


class Desk(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        seen.append((time.monotonic(), form["refresh_token"][0]))
        status, error = reply
        body = json.dumps({"error": error}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "60")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("google-auth", google.auth.__version__)
counts = {}
for reply in (503, "temporarily_unavailable"), (400, "invalid_grant"):
    seen.clear()
    credentials = google.oauth2.credentials.Credentials(
        None, refresh_token="refresh-1", token_uri=f"http://127.0.0.1:{server.server_port}/token",
        client_id="client", client_secret="secret")
    try:
        credentials.refresh(google.auth.transport.requests.Request())
        sys.exit("CHANGED: a refused refresh raises nothing")
    except google.auth.exceptions.RefreshError as error:
        times = [f"{moment - seen[0][0]:.1f} s" for moment, _ in seen]
        print(f"{reply[0]} {reply[1]}: {seen[0][1]} sent at {', '.join(times)}; retryable: {error.retryable}")
    counts[reply[0]] = len(seen)
    if any(token != "refresh-1" for _, token in seen) or seen[-1][0] - seen[0][0] > 30:
        sys.exit("CHANGED: what is sent, or when")
if counts != {503: 3, 400: 1}:
    sys.exit(f"CHANGED: sendings by status: {counts}")
END
