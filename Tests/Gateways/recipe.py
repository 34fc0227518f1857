"""A recipe of docs/gateways.md through the real gateway, word for word but for ports, secret and client.

recipe.py TOLD.json GATEWAY[ with preflights]: prints a line for each thing that holds, and ends with 0 if all do. Between the gateway and
Claviger stands a relay of ours, which can also refuse, hang or be gone as Claviger might; where the gateway asks by SPOE, it relays
frames.
"""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))

from proof.ports import free_port

TOOLS = ROOT / ".build-tools/gateways/bin"
SECRET = "<32 to 256 characters>"
NINE = [
    "x-auth-subject", "x-auth-client", "x-auth-credential", "x-auth-credential-type", "x-auth-account",
    "x-auth-organization", "x-auth-organization-path", "x-auth-contact", "x-auth-scopes",
]

with open(sys.argv[1]) as file:
    told = json.load(file, object_hook=lambda members: types.SimpleNamespace(**members))
name, _, rest = sys.argv[2].partition(" with preflights")
# Whether the lines for preflight requests are added.
PREFLIGHT = name != sys.argv[2]


def blocks(heading):
    """The fenced blocks of a section of the document, by their order."""
    text = (ROOT / "docs/gateways.md").read_text()
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.S | re.M).group(1)
    return re.findall(r"^```\w+\n(.*?)^```", section, re.S | re.M)


class Server:
    """A small HTTP server on a port of its own, which can be stopped and started again there."""

    def __init__(self, handler, tls=None):
        self.handler, self.tls, self.port, self.http = handler, tls, free_port(), None
        self.start()

    def start(self):
        class Threading(http.server.ThreadingHTTPServer):
            request_queue_size = 64
            daemon_threads = True

        self.open = set()
        self.http = Threading(("127.0.0.1", self.port), self.handler)
        if self.tls:
            self.http.socket = self.tls.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        for connection in list(Handler.connections):
            if connection.getsockname()[1] == self.port:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    connections = set()

    def setup(self):
        super().setup()
        Handler.connections.add(self.connection)

    def finish(self):
        Handler.connections.discard(self.connection)
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def handle(self):
        with contextlib.suppress(OSError, ValueError):
            super().handle()

    def read(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def reply(self, status, fields, body=b""):
        self.send_response_only(status)
        for field, value in fields:
            self.send_header(field, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass

    def __getattr__(self, attribute):
        if attribute.startswith("do_"):
            return self.answer
        raise AttributeError(attribute)


class Backend(Handler):
    """Says what reached it."""

    reached = 0

    def answer(self):
        Backend.reached += 1
        said = {"method": self.command, "target": self.path, "length": len(self.read()), "fields": self.headers.items()}
        # A backend's own answers are for one caller too.
        self.reply(200, [("Content-Type", "application/json"), ("Cache-Control", "private")], json.dumps(said).encode())


LIMIT = '"minute";r=0;t=7'
# When a scope goes.
SINCE, UNTIL = "@1782864000", "Thu, 31 Dec 2026 00:00:00 GMT"


class Relay(Handler):
    """Passes everything to Claviger, unless it is to refuse, to say nothing, or to end the connection."""

    mode = "pass"
    asked = []
    opened = 0

    def setup(self):
        super().setup()
        Relay.opened += 1

    def answer(self):
        body = self.read()
        Relay.asked.append((self.command, self.path, self.headers))
        if Relay.mode == "hang":
            time.sleep(8)
            self.close_connection = True
            return
        if Relay.mode == "close":
            self.close_connection = True
            return
        if Relay.mode == "limit":
            # As Claviger answers a call that is too much.
            forbidden = "on_limit=403" in self.path
            fields = [("Retry-After", "7"), ("RateLimit", LIMIT), ("RateLimit-Policy", '"minute";q=9;w=60')]
            self.reply(403 if forbidden else 429, fields + [("X-Auth-Reason", "rate")] * forbidden)
            return
        if Relay.mode != "pass":
            self.reply(Relay.mode, [("Retry-After", "7"), ("X-Request-Id", "relay"), ("Cache-Control", "no-store")])
            return
        desk = http.client.HTTPConnection("127.0.0.1", int(told.port), timeout=60)
        desk.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for field, value in self.headers.items():
            if field.lower() not in ("connection", "content-length", "transfer-encoding"):
                desk.putheader(field, value)
        desk.putheader("Content-Length", str(len(body)))
        desk.endheaders(body)
        answer = desk.getresponse()
        fields = [(f, v) for f, v in answer.getheaders() if f.lower() not in ("content-length", "connection")]
        content = answer.read()
        if answer.status == 200:
            fields += [("RateLimit", LIMIT), ("Deprecation", SINCE), ("Sunset", UNTIL)]
        self.reply(answer.status, fields, content)
        desk.close()


class OffloadRelay:
    """The same as `Relay`, for frames of HAProxy's protocol SPOE."""

    NOTIFY, ACK = 3, 103

    def __init__(self):
        self.port, self.connections = free_port(), set()
        self.start()

    def start(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        for each in [self.listener, *self.connections]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections.add(connection)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        desk = socket.create_connection(("127.0.0.1", int(told.spoe_port)))
        threading.Thread(target=self.pass_back, args=(desk, connection), daemon=True).start()
        with contextlib.suppress(OSError), connection.makefile("rb") as frames:
            while length := frames.read(4):
                frame = frames.read(int.from_bytes(length, "big"))
                if frame[0] != self.NOTIFY or Relay.mode == "pass":
                    desk.sendall(length + frame)
                elif Relay.mode == "close":
                    break
                elif Relay.mode != "hang":
                    connection.sendall(self.ack(frame, 429 if Relay.mode == "limit" else Relay.mode))
        self.connections.discard(connection)
        for each in (desk, connection):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    @staticmethod
    def pass_back(desk, connection):
        with contextlib.suppress(OSError):
            while data := desk.recv(65536):
                connection.sendall(data)
            connection.shutdown(socket.SHUT_RDWR)

    @classmethod
    def ack(cls, frame, status):
        end = 5
        for _ in range(2):
            # A number goes on while its first byte has the upper four bits, and each further one the uppermost.
            least = 240
            while frame[end] >= least:
                end, least = end + 1, 128
            end += 1
        number = bytes([status & 0xF | 0xF0, (status - 240) >> 4])
        setting = b"\x01\x03\x02"
        body = bytes([cls.ACK, 0, 0, 0, 1]) + frame[5:end]
        body += setting + b"\x0arate_limit\x08" + bytes([len(LIMIT)]) + LIMIT.encode()
        body += setting + b"\x0bretry_after\x08\x017" + setting + b"\x06status\x03" + number
        return len(body).to_bytes(4, "big") + body


def tls(folder):
    """A certificate for 127.0.0.1, and the context of a server that has it."""
    key, certificate = folder / "desk.key", folder / "desk.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


folder = pathlib.Path(tempfile.mkdtemp(prefix="claviger-gateway-"))
folder.chmod(0o755)
relay = OffloadRelay() if name == "haproxy with spoe" else Server(Relay, tls(folder) if name == "apache" else None)
backend = Server(Backend)
port = free_port()


def filled(text):
    """A recipe with the addresses, the secret and the client of this run."""
    for old, new in [
        ("127.0.0.1:8080", f"127.0.0.1:{relay.port}"), ("127.0.0.1:8081", f"127.0.0.1:{relay.port}"), ("127.0.0.1:9000", f"127.0.0.1:{backend.port}"),
        ("127.0.0.1:8000", f"127.0.0.1:{port}"), (SECRET, told.secret), ("rsv_…", told.resource_server.client_id),
        ("clv_cs_…", told.resource_server.client_secret), ("/etc/haproxy", str(folder)), ("/etc/traefik", str(folder)),
    ]:
        text = text.replace(old, new)
    # An Envoy of before has port_value beside the address.
    for old, new in [(8080, relay.port), (9000, backend.port), (8000, port)]:
        text = text.replace(f"port_value: {old}", f"port_value: {new}")
    return text


def write(path, text):
    (folder / path).write_text(text)
    return folder / path


def nginx(cache="", change=lambda recipe: recipe):
    recipe, preflight = blocks("nginx")
    if PREFLIGHT:
        recipe = replaced(recipe, "location = /_verify {\n", "location = /_verify {\n" + preflight)
    http_part, server_part = change(recipe).split("# In server { }:\n")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in ["proxy", "fastcgi", "uwsgi", "scgi"])
    path = write("nginx.conf", filled(f"""
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{}}
http {{
access_log off;
client_body_temp_path {folder}/body;
{temporary}
{cache}
{http_part}
server {{
listen 127.0.0.1:8000;
{server_part}
}}
}}"""))
    return ["/usr/sbin/nginx", "-p", folder, "-c", path, "-e", folder / "log"]


def caching_nginx():
    return nginx(cache=CACHE)


def caching_nginx_without_a_line():
    return nginx(cache=CACHE, change=lambda recipe: re.sub(r".*proxy_cache off;.*\n", "", recipe))


CACHE = f"proxy_cache_path {folder}/cache keys_zone=all:1m; proxy_cache all; proxy_cache_valid any 10m;"


def caddy(program=TOOLS / "caddy"):
    recipe, preflight = blocks("Caddy")
    if PREFLIGHT:
        recipe = replaced(recipe, "\t\tforward_auth 127.0.0.1:8080 {\n", preflight)
    path = write("Caddyfile", filled("{\nadmin off\nauto_https off\n}\nhttp://127.0.0.1:8000 {\n" + recipe + "}\n"))
    return [program, "run", "--adapter", "caddyfile", "--config", path]


def debians_caddy():
    return caddy("/usr/bin/caddy")


def envoy(change=lambda recipe, further: recipe):
    recipe, *further, preflight = blocks("Envoy")
    if PREFLIGHT:
        recipe = replaced(recipe, "              routes:\n", "              routes:\n" + preflight)
    path = write("envoy.yaml", filled(change(recipe, further)))
    return [TOOLS / "envoy", "-c", path, "--use-dynamic-base-id", "--concurrency", "1", "--log-level", "error"]


def envoy_with_a_prefix():
    def change(recipe, further):
        for start, line in zip(["path_override:", "headers_to_add:"], further):
            recipe, count = re.subn(rf"^ *{start}.*\n", lambda _: line, recipe, flags=re.M)
            assert count == 1, start
        return recipe
    return envoy(change)


def haproxy():
    recipe, script, preflight = blocks("HAProxy")
    if PREFLIGHT:
        first, second, last = preflight.splitlines(keepends=True)
        for start, lines in [("  http-request lua.claviger", first + second), ("  http-request return status 503", last)]:
            recipe = replaced(recipe, re.search(rf"^{start}.*\n", recipe, re.M).group(0), lines)
    write("claviger.lua", filled(script))
    return ["/usr/sbin/haproxy", "-db", "-f", write("haproxy.cfg", filled(recipe))]


def haproxy_with_spoe():
    recipe, agent, preflight = blocks("HAProxy with SPOE")
    if PREFLIGHT:
        first, second, last = preflight.splitlines(keepends=True)
        asking = "  http-request send-spoe-group claviger verify"
        for old, new in [(f"{asking}\n", first), (re.search(rf"^{asking} unless.*\n", recipe, re.M).group(0), second),
                         (re.search(r"^  http-request return status 503.*\n", recipe, re.M).group(0), last)]:
            recipe = replaced(recipe, old, new)
    write("claviger.spoe", filled(agent))
    return ["/usr/sbin/haproxy", "-db", "-f", write("haproxy.cfg", filled(recipe))]


def traefik():
    static, dynamic, router, middleware = blocks("Traefik")
    if PREFLIGHT:
        dynamic = replaced(dynamic, "  routers:\n", "  routers:\n" + router)
        dynamic = replaced(dynamic, "  middlewares:\n", "  middlewares:\n" + middleware)
    write("claviger.yml", filled(dynamic))
    path = write("traefik.yml", filled(static) + "global: { checkNewVersion: false, sendAnonymousUsage: false }\n")
    return [TOOLS / "traefik", f"--configFile={path}"]


def apache():
    names = ["mpm_event", "authn_core", "authz_core", "authz_user", "rewrite", "headers", "env", "proxy", "proxy_http",
             "auth_openidc"]
    modules = "\n".join(f"LoadModule {each}_module /usr/lib/apache2/modules/mod_{each}.so" for each in names)
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    recipe, preflight = blocks("Apache")
    if PREFLIGHT:
        recipe = replaced(recipe, "<Location /api/>\n", preflight + "<Location /api/>\n")
    path = write("apache.conf", filled(f"""
{modules}
{user}
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:8000
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex fcntl:{folder}
ErrorLog {folder}/log
LogLevel warn
OIDCCABundlePath {folder}/desk.crt
{recipe}"""))
    return ["/usr/sbin/apache2", "-X", "-f", path]


def replaced(recipe, old, new):
    """A recipe changed in one place, as the document says."""
    assert recipe.count(old) == 1, f"{old} is there {recipe.count(old)} times"
    return recipe.replace(old, new)


GATEWAYS = {
    "nginx": nginx, "caching nginx": caching_nginx, "caching nginx without proxy_cache off": caching_nginx_without_a_line,
    "caddy": caddy, "caddy of Debian": debians_caddy, "envoy": envoy, "envoy with a prefix": envoy_with_a_prefix,
    "haproxy": haproxy, "haproxy with spoe": haproxy_with_spoe, "traefik": traefik, "apache": apache,
}
# What the client sees where it is not the status that Claviger answers.
SEEN = {"nginx": {400: 503}, "haproxy": {400: 503}, "haproxy with spoe": {400: 503}, "apache": {400: 401, 429: 401, 503: 401}}
# What the client sees where the recipe cannot pass on what there is: nobody there, and no answer in time.
GONE = {"caddy": 502, "caddy of Debian": 502, "traefik": 500, "apache": 401}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.fields = {}
        for field, value in response.getheaders():
            self.fields.setdefault(field.lower(), []).append(value)
        self.body = response.read()

    def __getitem__(self, field):
        values = self.fields.get(field.lower(), [])
        assert len(values) < 2, f"{field} is there twice: {values}"
        return values[0] if values else None

    @property
    def seen(self):
        """What the backend says that it got."""
        assert self.status == 200, self
        return json.loads(self.body)

    @property
    def told(self):
        """The fields of ours that the backend got, those without a value left out."""
        fields = {}
        for field, value in self.seen["fields"]:
            field = field.lower().replace("_", "-")
            if field.startswith("x-auth-"):
                assert field not in fields, f"{field} is there twice"
                fields[field] = value
        return {field: value for field, value in fields.items() if value}

    def __str__(self):
        return f"{self.status} {self.fields} {self.body[:400]}\n{log()}"


def log():
    parts = [(folder / each).read_text(errors="replace")[-3000:] for each in ["log", "output"] if (folder / each).exists()]
    return "\n".join(parts)


def call(credential=None, target="/api/orders?a=b&scope=data.write", method="GET", fields=(), body=None):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.putrequest(method, target)
    if credential:
        client.putheader("Authorization", f"Bearer {credential}")
    for field, value in fields:
        client.putheader(field, value)
    if body is not None:
        client.putheader("Content-Length", str(len(body)))
    client.endheaders(body)
    try:
        return Answer(client.getresponse())
    finally:
        client.close()


def desk(method, path, body=None):
    client = http.client.HTTPConnection("127.0.0.1", int(told.port), timeout=60)
    client.request(method, path, json.dumps(body) if body else None, {
        "Authorization": f"Bearer {told.operator_key}", "Content-Type": "application/json"})
    answer = client.getresponse()
    text = answer.read()
    assert answer.status in (200, 201, 204), text
    return json.loads(text) if text else None


def make_key(**members):
    path = f"/api/v1/organizations/{told.account}/api-keys"
    made = desk("POST", path, {"name": "Gateway", "scopes": ["data.read"], **members})
    return made["key"], f"{path}/{made['id']}", made["id"]


def expected(credential, kind, subject, client):
    fields = {
        "x-auth-subject": subject, "x-auth-client": client, "x-auth-credential-type": kind,
        "x-auth-account": told.account, "x-auth-organization": told.account, "x-auth-organization-path": told.account,
        "x-auth-contact": "", "x-auth-scopes": "data.read",
    }
    if credential:
        fields["x-auth-credential"] = credential
    return {field: value for field, value in fields.items() if value}


def check():
    key, path, identifier = make_key()
    mine = expected(identifier, "api_key", identifier, "")

    answer = call(key)
    assert answer.told == mine, f"{answer.told} {mine}"
    assert answer.seen["target"] == "/api/orders?a=b&scope=data.write", answer
    print("a key passes, and the backend is told who calls")

    answer = call(told.token)
    fields = answer.told
    assert re.fullmatch("tok_[0-9A-Za-z]+", fields.pop("x-auth-credential")), answer
    assert fields == expected("", "access_token", told.client_id, told.client_id), fields
    print("a token passes, with its client")

    if name == "nginx":
        before = Relay.opened
        assert [call(key).status for _ in range(5)] == [200] * 5 and Relay.opened == before, "connections are opened anew"

    forged = [(field, "forged") for field in NINE] + [(field.replace("-", "_"), "forged") for field in NINE]
    if name == "apache":
        forged = forged[:9]
    for credential in (key, told.token):
        answer = call(credential, fields=forged + [("X-Claviger-Scope", "data.write")])
        assert "forged" not in answer.told.values(), answer
    assert call(key, fields=forged).told == mine
    print("what the caller writes under our names does not arrive")

    for secret in (key, told.secret):
        assert secret.encode() not in call(key).body, "a secret arrives"
    print("neither the credential nor the gateway's secret arrives")

    before = Backend.reached
    answer = call()
    assert answer.status == 401 and answer["www-authenticate"].startswith("Bearer"), answer
    unknown = call(key[:-3] + "000")
    assert unknown.status == 401 and 'error="invalid_token"' in unknown["www-authenticate"], unknown
    if name != "apache":
        assert 'scope="data.read"' in answer["www-authenticate"], answer
        assert answer["x-request-id"] and unknown["x-request-id"], answer
    print("401 with a challenge")

    other, _, _ = make_key(scopes=["data.write"])
    answer = call(other)
    assert answer.status == 403 and 'error="insufficient_scope", scope="data.read"' in answer["www-authenticate"], answer
    if name != "apache":
        assert answer["x-auth-reason"] == "scope" and answer["x-request-id"], answer
    assert Backend.reached == before, "a refused call reached the backend"
    print("403 with challenge and reason, and nothing refused reaches the backend")

    body = b"x" * 100_000
    answer = call(key, "/api/orders?scope=data.write", "POST", body=body).seen
    assert (answer["method"], answer["target"], answer["length"]) == ("POST", "/api/orders?scope=data.write", 100_000)
    assert call(key, method="DELETE").seen["method"] == "DELETE"
    assert call(key, method="HEAD").status == 200
    print("method, query and body arrive as they were")

    elsewhere = [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")]
    far, _, _ = make_key(allowed_addresses=["203.0.113.0/24"])
    near, _, _ = make_key(allowed_addresses=["127.0.0.0/8"] + own_addresses())
    answer = call(far, fields=elsewhere)
    if name == "apache":
        assert answer.status == 401 and call(near).status == 401, answer
    else:
        assert answer.status == 403 and answer["x-auth-reason"] == "address", answer
        assert call(near, fields=elsewhere).status == 200
    print("nobody chooses their own address")

    desk("DELETE", path)
    assert call(key).status == 401
    print("a deleted key is refused at the next call")

    key, _, _ = make_key()
    for status in (400, 429, 503):
        Relay.mode = status
        answer = call(key)
        assert answer.status == SEEN.get(name, {}).get(status, status), f"{status}: {answer}"
        assert name == "apache" or answer["retry-after"] == "7" or status != 429, answer
    Relay.mode = "limit"
    answer = call(key)
    assert answer.status == SEEN.get(name, {}).get(429, 429), answer
    assert name == "apache" or (answer["retry-after"], answer["ratelimit"]) == ("7", LIMIT), answer
    Relay.mode = "pass"
    if name in ("nginx", "haproxy", "envoy", "envoy with a prefix"):
        answer = call(key)
        assert (answer["ratelimit"], answer["deprecation"], answer["sunset"]) == (LIMIT, SINCE, UNTIL), answer
    print("400, 429 and 503 as the client sees them")

    gone = GONE.get(name, 503)
    for mode in ("close", "hang"):
        # 30 s, which cannot be set.
        if (name, mode) == ("traefik", "hang"):
            continue
        Relay.mode = mode
        began = time.monotonic()
        answer = call(key)
        assert answer.status in (gone, 504 if name.startswith("caddy") else gone, 502 if name == "haproxy" else gone), answer
        assert time.monotonic() - began < 25, "nobody has that patience"
    Relay.mode = "pass"
    relay.stop()
    assert call(key).status == gone, call(key)
    relay.start()
    wait_until(lambda: call(key).status == 200)
    assert call(told.token).status == 200
    print("nobody gets through while Claviger is away, and all is well when it is back")


def check_caching():
    # Two callers of two organizations, one after the other, and one without a credential.
    key, _, identifier = make_key()
    for _ in range(3):
        assert call(key, "/api/orders").told["x-auth-credential"] == identifier
        fields = call(told.token, "/api/orders").told
        assert fields["x-auth-client"] == told.client_id, fields
        assert call(target="/api/orders").status == 401
    print("no caller gets another's answer")


def check_preflights():
    key, _, _ = make_key()
    forged = [(field, "forged") for field in NINE]
    asked = [("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "GET")]
    for credential in (None, "x", key):
        answer = call(credential, method="OPTIONS", fields=asked + forged)
        if name == "apache":
            assert answer.status == 204 and answer["access-control-allow-origin"] == "https://app.example.com", answer
            assert answer["access-control-allow-headers"] == "Authorization", answer
        else:
            assert answer.told == {} and answer.seen["method"] == "OPTIONS", answer
            assert told.secret.encode() not in answer.body and key.encode() not in answer.body, answer
            assert b'"authorization"' not in answer.body.lower(), answer
    print("a preflight passes as nobody's")
    for method in ("GET", "POST", "DELETE", "HEAD"):
        assert call(method=method).status == 401, method
        assert call(method=method, fields=[("X-HTTP-Method-Override", "OPTIONS")]).status == 401, method
    assert call(key).told["x-auth-account"] == told.account
    print("nothing else does")


def own_addresses():
    """The machine's own address, by which Envoy names a caller on its loopback."""
    text = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    return [each for each in text if "." in each]


def wait_until(holds):
    # A gateway starts within a second where nothing else happens.
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if holds():
                return
        assert gateway.poll() is None, f"the gateway ended: {log()}"
        time.sleep(0.05)
    raise AssertionError(f"it does not come to hold: {log()}")


with open(folder / "output", "wb") as output:
    gateway = subprocess.Popen(
        GATEWAYS[name](), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
        start_new_session=True, env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)})
try:
    wait_until(lambda: call().status == 401)
    if PREFLIGHT:
        check_preflights()
    elif name.startswith("caching"):
        check_caching()
    else:
        check()
finally:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(gateway.pid, signal.SIGTERM)
    try:
        gateway.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(gateway.pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
