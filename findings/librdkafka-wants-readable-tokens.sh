#!/usr/bin/env bash
# Subject:   confluent-kafka 2.16.1 with the librdkafka that it carries (PyPI), sasl.oauthbearer.method=oidc.
# Expected:  an access token is a text that the client need not understand (RFC 6749 section 1.4); how long it lives
#            is said by "expires_in".
# Real:      librdkafka decodes the access token as a JWT and refuses any other: "Failed to decode JWT payload". A JWT
#            without "sub" is refused, too. No broker is asked before that.
# Matters:   a server that issues opaque tokens cannot serve Kafka clients built on librdkafka, whatever the broker
#            would accept; the error comes from the client and names neither server nor setting. Issue JWTs with exp
#            and sub to such clients.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1 jwcrypto==1.6.1

timeout 60 "$folder/python/bin/python" - <<'END'
import http.server
import json
import socket
import sys
import threading
import time

import confluent_kafka
from jwcrypto import jwk, jwt

answered = 0
token = ""


class Desk(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        global answered
        answered += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 600}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


key = jwk.JWK.generate(kty="EC", crv="P-256")


def signed(claims):
    token = jwt.JWT(header={"alg": "ES256"}, claims=claims)
    token.make_signed_token(key)
    return token.serialize()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
threading.Thread(target=server.serve_forever, daemon=True).start()
# In place of a broker: it takes connections and says nothing.
broker = socket.create_server(("127.0.0.1", 0))


def errors_with(text):
    global answered, token
    answered, token = 0, text
    errors = []
    producer = confluent_kafka.Producer({
        "bootstrap.servers": f"127.0.0.1:{broker.getsockname()[1]}",
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanisms": "OAUTHBEARER",
        "sasl.oauthbearer.method": "oidc",
        "sasl.oauthbearer.client.id": "client",
        "sasl.oauthbearer.client.secret": "secret",
        "sasl.oauthbearer.token.endpoint.url": f"http://127.0.0.1:{server.server_port}/token",
        "error_cb": lambda error: errors.append(error.str()),
        "log_level": 0,
    })
    end = time.monotonic() + 3
    while time.monotonic() < end and not errors:
        producer.poll(0.1)
    return errors


print("confluent-kafka", confluent_kafka.version(), "librdkafka", confluent_kafka.libversion()[0])
now = int(time.time())
seen = {}
for name, text in {
    "an opaque token": "2YotnFZFEjr1zCsicMWpAA",
    "a JWT without sub": signed({"iat": now, "exp": now + 600}),
    "a JWT with exp and sub": signed({"iat": now, "exp": now + 600, "sub": "client"}),
}.items():
    errors = errors_with(text)
    seen[name] = any("OAUTHBEARER token" in error for error in errors)
    print(f"{name}: {answered} token(s) fetched, {errors[0] if errors else 'no error in 3 s'}")
    if answered == 0:
        sys.exit("CHANGED: no token was fetched")
if list(seen.values()) != [True, True, False]:
    sys.exit(f"CHANGED: refused tokens: {seen}")
END
