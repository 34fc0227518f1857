"""deploy/master-key/pkcs11 with a real token of SoftHSM's. Prints a line of JSON."""

import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile


def main():
    script = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/tokens")
        with open(f"{folder}/conf", "w") as file:
            file.write(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        pins = {"right": secrets.token_hex(4), "wrong": secrets.token_hex(4)}
        for name, pin in pins.items():
            with open(f"{folder}/{name}", "w") as file:
                file.write(pin + "\n")
        environment = {"PATH": os.environ["PATH"], "SOFTHSM2_CONF": f"{folder}/conf"}
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", "claviger", "--so-pin", secrets.token_hex(4), "--pin", pins["right"]],
            env=environment, check=True, capture_output=True, timeout=180)

        def run(*arguments, pin="right", **variables):
            told = {
                "PKCS11_MODULE": "/usr/lib/softhsm/libsofthsm2.so", "PKCS11_TOKEN": "claviger", "PKCS11_PIN_FILE": f"{folder}/{pin}",
            }
            return subprocess.run(
                [script, *arguments], env={**environment, **told, **variables}, capture_output=True, text=True, timeout=180)

        first, second = f"{folder}/wrapped", f"{folder}/wrapped-anew"
        made = [
            run("make"), run("new", first), run("make", PKCS11_KEY="02"),
            run("rewrap", first, second, PKCS11_KEY="02", PKCS11_OLD_KEY="01"),
        ]
        keys = [run("unwrap", first).stdout.strip(), run("unwrap", second, PKCS11_KEY="02").stdout.strip()]
        refused = [run("unwrap", first, pin="wrong"), run("unwrap", second), run("new", first)]
        print(json.dumps({
            "made": [run.returncode for run in made],
            "printed": "".join(run.stdout for run in made),
            "problems": [run.stderr for run in made],
            "keys": len(set(keys)),
            "bytes": len(base64.b64decode(keys[0], validate=True)),
            "refused": [run.returncode != 0 for run in refused],
            "leaked": any(run.stdout for run in refused),
            "modes": [oct(os.stat(path).st_mode & 0o777) for path in (first, second)],
        }))


main()
