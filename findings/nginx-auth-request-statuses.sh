#!/usr/bin/env bash
# Subject:   nginx 1.22.1 (Debian 12), module auth_request.
# Expected:  what the asked service refuses with is what the caller gets, at least for the client errors: 429 with its
#            Retry-After, 403 with its WWW-Authenticate.
# Real:      401 and 403 pass, everything else that is not 2xx becomes 500: a caller over its limit is told that the
#            server is broken, and Retry-After is lost. The challenge comes along with 401, but not with 403, where
#            RFC 6750 puts error="insufficient_scope". Each question is made on a new connection, unless the service is
#            an upstream with keepalive, asked by HTTP/1.1 with an empty Connection.
# Matters:   clients repeat a 500 at once and wait after a 429, so the limit makes the load worse, and the alarm for
#            5xx rings for one caller's mistake. A gateway's configuration has to carry status and fields over by
#            itself (auth_request_set, error_page).
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
command -v nginx >/dev/null || { echo "needs Debian's package nginx"; exit 2; }

timeout 60 python3 - "$folder" <<'END'
import http.client
import http.server
import socket
import subprocess
import sys
import threading
import time

folder = sys.argv[1]
ROUNDS = 4
reply = 200
connections = 0


class Desk(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        global connections
        connections += 1
        super().setup()

    def do_GET(self):
        self.send_response(reply)
        if reply == 429:
            self.send_header("Retry-After", "7")
        if reply in (401, 403):
            self.send_header("WWW-Authenticate", 'Bearer error="insufficient_scope"')
        if reply != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Backend(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


desk, backend, port = serve(Desk), serve(Backend), free_port()
with open(f"{folder}/nginx.conf", "w") as file:
    file.write(f"""
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream kept {{ server 127.0.0.1:{desk}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        location /kept {{
            auth_request /verify_kept;
            proxy_pass http://127.0.0.1:{backend};
        }}
        location = /verify_kept {{
            internal;
            proxy_pass http://kept;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
        }}
        location / {{
            auth_request /verify;
            proxy_pass http://127.0.0.1:{backend};
        }}
        location = /verify {{
            internal;
            proxy_pass http://127.0.0.1:{desk};
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
        }}
    }}
}}
""")


def ask(path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


version = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.strip()
print(version)
nginx = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"])
try:
    for _ in range(50):
        try:
            ask()
            break
        except OSError:
            time.sleep(0.1)
    seen = {}
    for reply in 200, 204, 401, 403, 402, 429, 503:
        connections = 0
        answers = [ask() for _ in range(ROUNDS)]
        fields = {name: value for name, value in answers[0].getheaders() if name in ("WWW-Authenticate", "Retry-After")}
        seen[reply] = (answers[0].status, set(fields))
        print(f"service says {reply}: caller gets {answers[0].status} {fields or ''} "
              f"({ROUNDS} requests, {connections} connections to the service)")
        if connections != ROUNDS:
            sys.exit("CHANGED: connections to the service")
    reply, connections = 200, 0
    statuses = [ask("/kept").status for _ in range(ROUNDS)]
    print(f"with keepalive: {statuses} ({ROUNDS} requests, {connections} connections to the service)")
    if connections != 1:
        sys.exit("CHANGED: connections to the service with keepalive")
finally:
    nginx.terminate()
    nginx.wait(10)

expected = {200: (200, set()), 204: (200, set()), 401: (401, {"WWW-Authenticate"}), 403: (403, set()),
            402: (500, set()), 429: (500, set()), 503: (500, set())}
if seen != expected:
    sys.exit(f"CHANGED: {[(key, seen[key]) for key in seen if seen[key] != expected[key]]}")
END
