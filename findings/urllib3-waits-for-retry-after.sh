#!/usr/bin/env bash
# Subject:   urllib3 2.8.0 (PyPI), with its defaults.
# Expected:  a call with timeout=0.5 ends within about half a second, and an answer of 429 is handed to the caller.
# Real:      a GET that is answered 429 (or 413, or 503) with Retry-After is slept on and repeated three times,
#            although status_forcelist is empty and nobody asked for retries. The timeout does not count the sleep.
#            Retry-After is obeyed up to six hours (retry_after_max). A POST is not repeated, and requests, which is
#            built on urllib3, repeats neither.
# Matters:   a server that says "come back in an hour" to a caller over its limit holds that caller's thread for an
#            hour, three times, and sees four requests where one was made. A client that must answer its own caller in
#            time has to pass retries=False or Retry(respect_retry_after_header=False).
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check urllib3==2.8.0 requests==2.34.2

timeout 60 "$folder/python/bin/python" - <<'END'
import http.server
import sys
import threading
import time

import requests
import urllib3

asked = []


class Limited(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.command)
        self.send_response(429)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Limited)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"


def measure(name, call):
    asked.clear()
    begin = time.monotonic()
    status = call()
    took = time.monotonic() - begin
    print(f"{name:48} {status}, {len(asked)} request(s), {took:.1f} s")
    return status, len(asked), took


print("urllib3", urllib3.__version__, "requests", requests.__version__)
pool = urllib3.PoolManager()
get = measure("urllib3 GET, timeout 0.5 s", lambda: pool.request("GET", url, timeout=0.5).status)
post = measure("urllib3 POST, timeout 0.5 s", lambda: pool.request("POST", url, timeout=0.5).status)
off = measure("urllib3 GET, timeout 0.5 s, retries=False",
              lambda: pool.request("GET", url, timeout=0.5, retries=False).status)
other = measure("requests GET, timeout 0.5 s", lambda: requests.get(url, timeout=0.5).status_code)
print("longest Retry-After obeyed by default:", urllib3.Retry().retry_after_max, "s")

if not (get[:2] == (429, 4) and get[2] >= 3):
    sys.exit("CHANGED: a GET no longer sleeps three times for Retry-After")
if (post[:2], off[:2], other[:2]) != ((429, 1),) * 3:
    sys.exit("CHANGED: what repeats a request and what does not")
END
