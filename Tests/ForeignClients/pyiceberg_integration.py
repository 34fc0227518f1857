"""PyIceberg with a REST catalogue: it fetches a token with client credentials and shows it to the catalogue."""

import http.server
import json
import threading
import urllib.error
import urllib.request

from visit import told

from proof.again import opened

from pyiceberg.catalog import load_catalog

case = told()


class Catalogue(http.server.BaseHTTPRequestHandler):
    """A catalogue without tables, which asks Claviger about each caller."""

    def do_GET(self):
        question = urllib.request.Request(
            f"{case.issuer}/verify?scope=data.read", headers={"Authorization": self.headers["Authorization"] or ""})
        try:
            with opened(question):
                body = {"defaults": {}, "overrides": {}} if "/config" in self.path else {"namespaces": [["sales"]]}
                self.answer(200, body)
        except urllib.error.HTTPError as refusal:
            self.answer(refusal.code, {"error": {"message": "refused", "type": "Refused", "code": refusal.code}})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Catalogue)
threading.Thread(target=server.serve_forever, daemon=True).start()
catalogue = load_catalog(
    "rest", **{
        "type": "rest", "uri": f"http://127.0.0.1:{server.server_port}", "oauth2-server-uri": f"{case.issuer}/oauth2/token",
        "credential": f"{case.client_id}:{case.client_secret}", "scope": "data.read"})
assert catalogue.list_namespaces() == [("sales",)]
print("verified")
