#!/usr/bin/env bash
# Subject:   Authlib 1.9.9 (authlib.jose) and joserfc 1.8.0, beside PyJWT 2.15.1, jwcrypto 1.6.1 (PyPI).
# Expected:  a key set (JWKS) may hold keys that a client does not know; RFC 7517 section 5 says to ignore them.
# Real:      Authlib refuses the whole set with KeyError for one key of an unknown type, such as AKP, the type of the
#            post-quantum ML-DSA keys. joserfc skips an unknown type, but refuses the whole set with KeyError for one
#            EC key on an unknown curve. PyJWT and jwcrypto go on with the key that they know.
# Matters:   who publishes a first ML-DSA key or a key on another curve beside the ones in use breaks sign-in for all
#            clients of these libraries, although no token was ever signed with the new key. A server does well to
#            keep such keys in a set of their own; a client does well to import key by key.
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
import secrets
import sys

import joserfc.jwk
import jwcrypto.jwk
import jwt
from authlib.jose import JsonWebKey
from cryptography.hazmat.primitives.asymmetric import ec


def text(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


point = ec.generate_private_key(ec.BrainpoolP256R1()).public_key().public_numbers()

known = json.loads(jwcrypto.jwk.JWK.generate(kty="EC", crv="P-256", kid="known", use="sig").export_public())
foreign = {
    "of an unknown type": {"kty": "AKP", "alg": "ML-DSA-44", "kid": "foreign", "use": "sig",
                           "pub": text(secrets.token_bytes(1312))},
    "on an unknown curve": {"kty": "EC", "crv": "BP-256", "kid": "foreign", "use": "sig",
                            "x": text(point.x.to_bytes(32, "big")), "y": text(point.y.to_bytes(32, "big"))},
}
readers = {
    "Authlib": lambda keys: [key.kid for key in JsonWebKey.import_key_set(keys).keys],
    "joserfc": lambda keys: [key.kid for key in joserfc.jwk.KeySet.import_key_set(keys).keys],
    "PyJWT": lambda keys: [key.key_id for key in jwt.PyJWKSet.from_dict(keys).keys],
    "jwcrypto": lambda keys: [
        json.loads(key.export_public())["kid"] for key in jwcrypto.jwk.JWKSet.from_json(json.dumps(keys))],
}

seen = {}
for kind, key in foreign.items():
    for name, read in readers.items():
        try:
            kids = read({"keys": [known, key]})
            seen[name, kind] = "read" if "known" in kids else "lost"
            outcome = ", ".join(sorted(kids))
        except Exception as error:
            seen[name, kind] = "refused"
            outcome = f"{type(error).__name__}: {error}"
        print(f"{name:8} {importlib.metadata.version(name):7} beside a key {kind:19} {outcome}")

expected = dict.fromkeys(seen, "read")
expected["Authlib", "of an unknown type"] = "refused"
expected["joserfc", "on an unknown curve"] = "refused"
if seen != expected:
    changed = {key: seen[key] for key in seen if seen[key] != expected[key]}
    sys.exit(f"CHANGED: {changed}")
END
