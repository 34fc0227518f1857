"""Reads a webhook as a receiver does that has a public key, by an Ed25519 of other hands (cryptography). Prints what it makes of each of three
keys, of a body that was changed, and of another identifier."""
import base64
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verdict(key, message_id, timestamp, signatures, body):
    assert key.startswith("whpk_")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix("whpk_"), validate=True))
    for one in signatures.split(" "):
        version, _, text = one.partition(",")
        if version != "v1a":
            continue
        try:
            public.verify(base64.b64decode(text, validate=True), f"{message_id}.{timestamp}.{body}".encode())
        except InvalidSignature:
            continue
        return "taken"
    return "refused"


first, second, stranger, message_id, timestamp, signatures, body = sys.argv[1:]
for key in (first, second, stranger):
    print(verdict(key, message_id, timestamp, signatures, body))
print(verdict(first, message_id, timestamp, signatures, body.replace("credential.expired", "credential.unused")))
print(verdict(first, message_id + "0", timestamp, signatures, body))
