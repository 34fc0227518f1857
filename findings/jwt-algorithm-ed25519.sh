#!/usr/bin/env bash
# Subject:   PyJWT 2.15.1 and Authlib 1.9.9 (authlib.jose), beside joserfc 1.8.0 and jwcrypto 1.6.1 (PyPI).
# Expected:  a library that verifies EdDSA tokens with an Ed25519 key verifies them under their new name, too: RFC
#            9864 (2025) registers "Ed25519" and deprecates "EdDSA". Key, signature and bytes to sign are made the
#            same way.
# Real:      joserfc and jwcrypto know both names. PyJWT and Authlib know "EdDSA" alone and refuse "Ed25519" as an
#            unsupported algorithm.
# Matters:   a server that follows the new registration locks out clients of two widely used libraries; one that stays
#            with "EdDSA" uses a deprecated name that every one of the four reads. Metadata such as
#            id_token_signing_alg_values_supported should name what tokens really say, in one spelling.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check \
    Authlib==1.9.9 joserfc==1.8.0 PyJWT==2.15.1 jwcrypto==1.6.1 cryptography==50.0.2

timeout 60 "$folder/python/bin/python" -W ignore - <<'END'
import base64
import importlib.metadata
import json
import sys
import time

import joserfc.jwk
import joserfc.jwt
import jwcrypto.jwk
import jwcrypto.jwt
import jwt
from authlib.jose import JsonWebToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


private = Ed25519PrivateKey.generate()
public = {"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": encode(private.public_key().public_bytes_raw())}


def token(algorithm):
    header = encode(json.dumps({"alg": algorithm, "kid": "one"}).encode())
    claims = encode(json.dumps({"sub": "user", "exp": int(time.time()) + 300}).encode())
    return f"{header}.{claims}.{encode(private.sign(f'{header}.{claims}'.encode()))}"


readers = {
    "PyJWT": lambda text, name: jwt.decode(text, private.public_key(), algorithms=[name])["sub"],
    "Authlib": lambda text, name: JsonWebToken([name]).decode(text, public)["sub"],
    "joserfc": lambda text, name: joserfc.jwt.decode(
        text, joserfc.jwk.OKPKey.import_key(public), algorithms=[name]).claims["sub"],
    "jwcrypto": lambda text, name: json.loads(
        jwcrypto.jwt.JWT(jwt=text, key=jwcrypto.jwk.JWK(**public), algs=[name]).claims)["sub"],
}

seen = {}
for algorithm in "EdDSA", "Ed25519":
    for name, read in readers.items():
        try:
            seen[name, algorithm] = read(token(algorithm), algorithm) == "user"
            outcome = "verified"
        except Exception as error:
            seen[name, algorithm] = False
            outcome = f"{type(error).__name__}: {error}"
        print(f"{name:8} {importlib.metadata.version(name):7} alg {algorithm:8} {outcome}")

expected = {key: key not in {("PyJWT", "Ed25519"), ("Authlib", "Ed25519")} for key in seen}
if seen != expected:
    sys.exit(f"CHANGED: {[key for key in seen if seen[key] != expected[key]]}")
END
