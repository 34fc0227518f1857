#!/usr/bin/env bash
# Subject:   PyJWT 2.15.1, joserfc 1.8.0 and Authlib 1.9.9, beside jwcrypto 1.6.1 and python-jose 3.5.0 (PyPI).
# Expected:  "iat" tells the age of a token (RFC 7519 section 4.1.6) and refuses nothing; what makes a token wait is
#            "nbf". A verifier whose clock is a few seconds behind takes a token without "nbf".
# Real:      PyJWT, joserfc and Authlib refuse a token whose "iat" is ahead of their clock, with no leeway by default.
#            jwcrypto and python-jose take it.
# Matters:   issuer and verifier are two machines. With a verifier five seconds behind, every fresh token is refused
#            and works five seconds later: the failure cannot be reproduced by trying again. A verifier should set a
#            leeway; an issuer gains little by leaving "iat" out, as RFC 9068 requires it in access tokens.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check \
    Authlib==1.9.9 joserfc==1.8.0 PyJWT==2.15.1 jwcrypto==1.6.1 python-jose==3.5.0 cryptography==50.0.2

timeout 60 "$folder/python/bin/python" -W ignore - <<'END'
import importlib.metadata
import json
import sys
import time

import jose.jwt
import joserfc.jwk
import joserfc.jwt
import jwcrypto.jwk
import jwcrypto.jwt
import jwt
from authlib.jose import JsonWebToken

key = jwcrypto.jwk.JWK.generate(kty="EC", crv="P-256")
public = json.loads(key.export_public())


def pyjwt_reads(text):
    jwt.decode(text, jwt.PyJWK(public, algorithm="ES256").key, algorithms=["ES256"])


def joserfc_reads(text):
    claims = joserfc.jwt.decode(text, joserfc.jwk.ECKey.import_key(public), algorithms=["ES256"]).claims
    joserfc.jwt.JWTClaimsRegistry().validate(claims)


def authlib_reads(text):
    JsonWebToken(["ES256"]).decode(text, public).validate()


def jwcrypto_reads(text):
    jwcrypto.jwt.JWT(jwt=text, key=jwcrypto.jwk.JWK(**public), algs=["ES256"])


def python_jose_reads(text):
    jose.jwt.decode(text, public, algorithms=["ES256"])


readers = {"PyJWT": pyjwt_reads, "joserfc": joserfc_reads, "Authlib": authlib_reads,
           "jwcrypto": jwcrypto_reads, "python-jose": python_jose_reads}
seen = {}
for ahead in 0, 5:
    for name, read in readers.items():
        now = int(time.time())
        text = jwcrypto.jwt.JWT(header={"alg": "ES256"}, claims={"sub": "user", "iat": now + ahead, "exp": now + 300})
        text.make_signed_token(key)
        try:
            read(text.serialize())
            seen[name, ahead] = True
            outcome = "taken"
        except Exception as error:
            seen[name, ahead] = False
            outcome = f"{type(error).__name__}: {error}"
        print(f"{name:11} {importlib.metadata.version(name):7} iat {ahead} s ahead: {outcome}")

expected = {entry: entry[1] == 0 or entry[0] in ("jwcrypto", "python-jose") for entry in seen}
if seen != expected:
    sys.exit(f"CHANGED: {[entry for entry in seen if seen[entry] != expected[entry]]}")
END
