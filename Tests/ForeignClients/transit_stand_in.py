"""A stand-in for the transit engine of Vault and OpenBao, and what deploy/master-key/transit makes of its answers.

It keeps what it is told to wrap and gives it back, in the form of the documentation of the engine's API. It is no proof of the real ones.
Prints a line of JSON.
"""

import base64
import http.server
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading

KEPT = {}
TOKEN = secrets.token_hex(12)
SEEN = []


class Transit(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        SEEN.append(self.path)
        if self.headers["X-Vault-Token"] != TOKEN:
            return self.answer(403, {"errors": ["permission denied"]})
        operation = self.path.removeprefix("/v1/transit/").removesuffix("/claviger")
        if operation == "encrypt":
            base64.b64decode(body["plaintext"], validate=True)
            return self.answer(200, {"data": {"ciphertext": self.wrap(body["plaintext"], 1), "key_version": 1}})
        if body["ciphertext"] not in KEPT:
            return self.answer(400, {"errors": ["invalid ciphertext: no prefix"]})
        plaintext = KEPT[body["ciphertext"]]
        if operation == "rewrap":
            return self.answer(200, {"data": {"ciphertext": self.wrap(plaintext, 2), "key_version": 2}})
        self.answer(200, {"request_id": secrets.token_hex(8), "data": {"plaintext": plaintext}, "warnings": None})

    def wrap(self, plaintext, version):
        text = f"vault:v{version}:{base64.b64encode(secrets.token_bytes(60)).decode()}"
        KEPT[text] = plaintext
        return text

    def answer(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def main():
    script = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Transit)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        tokens = {"right": TOKEN, "wrong": secrets.token_hex(12)}
        for name, token in tokens.items():
            with open(f"{folder}/{name}", "w") as file:
                file.write(token + "\n")

        os.mkdir(f"{folder}/broken")
        with open(f"{folder}/broken/openssl", "w") as file:
            file.write("#!/bin/sh\nexit 1\n")
        os.chmod(f"{folder}/broken/openssl", 0o700)

        def run(*arguments, token="right", before=""):
            environment = {
                "PATH": before + os.environ["PATH"], "VAULT_ADDR": f"http://127.0.0.1:{server.server_port}",
                "TRANSIT_TOKEN_FILE": f"{folder}/{token}",
            }
            return subprocess.run([script, *arguments], env=environment, capture_output=True, text=True, timeout=180)

        with open(f"{folder}/other", "w") as file:
            file.write("vault:v1:AAAA\n")
        first, second = f"{folder}/wrapped", f"{folder}/wrapped-anew"
        made = [run("new", first), run("rewrap", first, second)]
        texts = [open(path).read().strip() for path in (first, second)]
        keys = [run("unwrap", path).stdout.strip() for path in (first, second)]
        refused = [run("unwrap", first, token="wrong"), run("unwrap", f"{folder}/other"), run("new", first)]
        refused.append(run("new", f"{folder}/undrawn", before=f"{folder}/broken:"))
        print(json.dumps({
            "made": [run.returncode for run in made],
            "printed": "".join(run.stdout for run in made),
            "versions": [text.split(":")[1] for text in texts],
            "keys": len(set(keys)),
            "bytes": len(base64.b64decode(keys[0], validate=True)),
            "refused": [run.returncode for run in refused],
            "problems": [run.stderr for run in refused],
            "leaked": any(run.stdout for run in refused) or any(TOKEN in run.stderr for run in refused),
            "modes": [oct(os.stat(path).st_mode & 0o777) for path in (first, second)],
            "paths": sorted(set(SEEN)),
        }))
    server.shutdown()


main()
