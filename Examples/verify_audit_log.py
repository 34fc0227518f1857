#!/usr/bin/env python3
"""Checks a copy of an audit log of Claviger, with nothing but Python.

  verify_audit_log.py COPY --key KEY [--key KEY …] [--checkpoint FILE …]

COPY is what `GET …/audit-log/entries` answers, all parts of it one after another, or what `claviger audit prove` prints. KEY is one of
"keys" in `GET …/audit-log`, kept from a day on which you trusted the server. FILE has what `GET …/audit-log/checkpoint` answered earlier.
Ends with 0 where every entry is the one that was written, in its place, and none is missing; with 1 and the findings otherwise.
docs/audit-log.md says what is hashed and signed. Hashes are of RFC 9162, signatures of RFC 8032, notes and checkpoints of C2SP.
"""
import argparse
import base64
import hashlib
import json
import sys

P, D = 2**255 - 19, -121665 * pow(121666, -1, 2**255 - 19)
L = 2**252 + 27742317777372353535851937790883648493


def unpack(data):
    """A point of edwards25519 from its 32 bytes (RFC 8032 §5.1.3), None for what is none."""
    y, sign = int.from_bytes(data, "little") & (1 << 255) - 1, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


BASE = unpack((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    """Whether an Ed25519 signature is good (RFC 8032 §5.1.7)."""
    if (len(key), len(signature)) != (32, 64):
        return False
    point, start, scalar = unpack(key), unpack(signature[:32]), int.from_bytes(signature[32:], "little")
    if point is None or start is None or scalar >= L:
        return False
    factor = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    one, other = times(scalar, BASE), add(start, times(factor, point))
    return not ((one[0] * other[2] - other[0] * one[2]) % P or (one[1] * other[2] - other[1] * one[2]) % P)


def checkpoint(note, keys):
    """Origin, size and root of a note that one of the keys has signed for its log; None for any other."""
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    origin, size, root = text.split("\n")[:3]
    for name, identifier, key in (key.split("+", 2) for key in keys):
        key = base64.b64decode(key)
        known = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
        for line in lines.splitlines():
            dash, signer, blob = line.split(" ")
            blob = base64.b64decode(blob)
            if (dash, signer, name, known.hex()) == ("\u2014", origin, origin, identifier) and key[0] == 1:
                if blob[:4] == known and signed(key[1:], text.encode(), blob[4:]):
                    return origin, int(size), base64.b64decode(root)
    return None


def canonical(value):
    """The one text of an entry (RFC 8785)."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(content) for name, content in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha(data):
    return hashlib.sha256(data).digest()


def root(stack):
    """The hash of the tree over the complete subtrees of a stack of (height, hash)."""
    result = stack[-1][1] if stack else sha(b"")
    for _, left in reversed(stack[:-1]):
        result = sha(b"\1" + left + result)
    return result


def problems(lines, keys, earlier):
    head = checkpoint(json.loads(next(lines))["checkpoint"], keys)
    if head is None:
        return ["no given key has signed the checkpoint"]
    found, stack, count, bodies, roots = [], [], 0, False, {0: sha(b"")}
    for number, line in enumerate(lines, 2):
        entry = json.loads(line)
        leaf = base64.b64decode(entry["leaf_hash"])
        if entry["index"] != count:
            found.append(f"line {number}: entry {entry['index']} stands where entry {count} belongs")
        if entry["entry"] is not None and sha(b"\0" + canonical(entry["entry"]).encode()) != leaf:
            found.append(f"line {number}: not the entry that was written")
        if entry["entry"] is None and bodies:
            found.append(f"line {number}: no body behind entries that have one, which retention does not do")
        bodies, count, top = bodies or entry["entry"] is not None, count + 1, (0, leaf)
        while stack and stack[-1][0] == top[0]:
            top = (top[0] + 1, sha(b"\1" + stack.pop()[1] + top[1]))
        stack.append(top)
        roots[count] = root(stack) if any(size == count for _, size, _ in earlier) else None
    for origin, size, hashed in earlier + [head]:
        roots[head[1]] = root(stack) if count == head[1] else roots.get(head[1])
        if (origin, size) != (head[0], min(size, count)):
            found.append(f"a checkpoint of {origin} has {size} entries, and the copy of {head[0]} {count}")
        elif roots.get(size) != hashed:
            found.append(f"the first {size} entries are not those that were signed")
    return found if count <= head[1] else found + [f"the copy has {count - head[1]} entries more than were signed"]


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("copy", type=argparse.FileType(encoding="utf-8"))
parser.add_argument("--key", action="append", required=True)
parser.add_argument("--checkpoint", action="append", default=[], type=argparse.FileType(encoding="utf-8"))
options = parser.parse_args()
try:
    known = [checkpoint(file.read(), options.key) for file in options.checkpoint]
    faults = problems(options.copy, options.key, known) if None not in known else ["no key has signed a checkpoint"]
except (ValueError, LookupError, TypeError, AttributeError, StopIteration) as error:
    faults = [f"it cannot be read: {error!r}"]
print("\n".join(faults) or "Every entry is as it was written, and none is missing.")
sys.exit(1 if faults else 0)
