#!/usr/bin/env bash
# Subject:   mod_auth_openidc 2.4.12.3 (Debian's package libapache2-mod-auth-openidc) with Apache 2.4, AuthType
#            oauth20.
# Expected:  if the introspection endpoint is over its limit (429), away for a moment (503) or does not know the
#            gateway itself (401 invalid_client), the caller hears of a fault of the server: 503 or 500.
# Real:      the caller is told 401 with error="invalid_token" each time, the very answer that a revoked token gets,
#            and Retry-After is lost.
# Matters:   a client that believes it throws away a good token, and perhaps the session that goes with it: one second
#            without introspection signs people out, and a mistyped secret of the gateway looks like a wave of stolen
#            tokens. Keep introspection close and its limits away from gateways, and look for such waves in its own
#            log.
set -euo pipefail

modules=/usr/lib/apache2/modules
[ -f "$modules/mod_auth_openidc.so" ] && command -v apache2 >/dev/null ||
    { echo "needs Debian's packages apache2 and libapache2-mod-auth-openidc"; exit 2; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
dpkg-query --show apache2-bin libapache2-mod-auth-openidc
# The module asks by https alone.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null

timeout 60 python3 - "$folder" "$modules" <<'END'
import http.client
import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

folder, modules = sys.argv[1:]
reply = 200, {}
asked = 0


class Desk(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        global asked
        asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        status, value = reply
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status in (429, 503):
            self.send_header("Retry-After", "5")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Backend(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def serve(handler, context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{folder}/certificate.pem", f"{folder}/key.pem")
desk, backend, port = serve(Desk, context), serve(Backend), free_port()
loaded = "".join(f"LoadModule {name}_module {modules}/mod_{name}.so\n" for name in (
    "mpm_event", "authn_core", "authz_core", "authz_user", "proxy", "proxy_http", "auth_openidc"))
with open(f"{folder}/apache.conf", "w") as file:
    file.write(f"""
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
Mutex pthread
{loaded}
{"User www-data" if os.getuid() == 0 else ""}
{"Group www-data" if os.getuid() == 0 else ""}
StartServers 1
OIDCOAuthIntrospectionEndpoint https://127.0.0.1:{desk}/introspect
OIDCOAuthClientID gateway
OIDCOAuthClientSecret secret
OIDCOAuthSSLValidateServer Off
OIDCOAuthTokenIntrospectionInterval -1
OIDCOAuthRemoteUserClaim sub
<Location />
    AuthType oauth20
    Require valid-user
    ProxyPass http://127.0.0.1:{backend}/
</Location>
""")


def ask():
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/", headers={"Authorization": "Bearer token"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    challenge = answer.getheader("WWW-Authenticate") or ""
    return answer.status, "invalid_token" in challenge, answer.getheader("Retry-After")


good = {"active": True, "sub": "user", "exp": int(time.time()) + 600}
replies = {
    "an active token": (200, good),
    "a revoked token": (200, {"active": False}),
    "over the limit": (429, {"error": "temporarily_unavailable"}),
    "away for a moment": (503, {"error": "temporarily_unavailable"}),
    "gateway's secret is wrong": (401, {"error": "invalid_client"}),
}
apache = subprocess.Popen(["apache2", "-d", folder, "-f", f"{folder}/apache.conf", "-DFOREGROUND"])
try:
    for _ in range(100):
        try:
            ask()
            break
        except OSError:
            time.sleep(0.1)
    seen = {}
    for name, reply in replies.items():
        asked = 0
        seen[name] = ask()
        status, blamed, after = seen[name]
        print(f"{name:26} introspection says {reply[0]} ({asked} asked), caller gets {status}"
              f"{' invalid_token' if blamed else ''}, Retry-After: {after or 'none'}")
        if asked != 1:
            sys.exit(f"CHANGED: introspection was asked {asked} times")
finally:
    apache.terminate()
    apache.wait(10)

expected = {name: (401, True, None) for name in replies} | {"an active token": (200, False, None)}
if seen != expected:
    sys.exit(f"CHANGED: {[name for name in seen if seen[name] != expected[name]]}")
END
