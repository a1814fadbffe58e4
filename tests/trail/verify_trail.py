#!/usr/bin/env python3
"""A second verifier of an exported trail, written from docs/audit-format.md alone; standard library only.

verify_trail.py FILE [--key VKEY]      prints a JSON verdict; status 0 sound, 4 broken, 1 cannot read
verify_trail.py --vectors PAGE         checks the test vectors of the page
"""

import base64
import hashlib
import json
import struct
import sys
import uuid
from datetime import datetime, timedelta, timezone

EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)
CLOCK_CORRECTION = 5_000_000
FIELDS = [
    "algorithm", "chain", "sequence", "at", "began", "county", "account", "actor", "role", "door", "source", "path",
    "action", "subject_kind", "subject", "count", "details",
]


class Broken(Exception):
    def __init__(self, sequence, what):
        super().__init__(what)
        self.sequence = sequence


# --- Ed25519, RFC 8032, verification only ---------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


G_Y = 4 * pow(5, P - 2, P) % P
G_X = recover_x(G_Y, 0)
G = (G_X, G_Y, 1, G_X * G_Y % P)


def signature_holds(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = multiply(s, G), add(r, multiply(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- Entries --------------------------------------------------------------------------------------------------------


def microseconds(text):
    if len(text) != 27 or text[-1] != "Z":
        raise ValueError(f"not a moment: {text}")
    at = datetime.strptime(text[:-1], "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=timezone.utc)
    return (at - EPOCH) // timedelta(microseconds=1)


def as_bytes(name, value):
    if value is None:
        return None
    if name == "algorithm":
        return struct.pack(">h", value)
    if name == "sequence":
        return struct.pack(">q", value)
    if name == "count":
        return struct.pack(">i", value)
    if name in ("at", "began"):
        return struct.pack(">q", microseconds(value))
    if name in ("county", "account", "subject"):
        return uuid.UUID(value).bytes
    return value.encode("utf-8")


def encode(entry):
    if set(entry) != set(FIELDS) | {"hash"}:
        raise Broken(entry.get("sequence"), "unknown or missing fields")
    out = bytearray()
    for name in FIELDS:
        value = as_bytes(name, entry[name])
        out += struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value
    return bytes(out)


def entry_hash(previous, entry):
    return hashlib.sha256(previous + encode(entry)).digest()


# --- Merkle tree, RFC 6962 ------------------------------------------------------------------------------------------


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        rest = self.size
        while rest & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            rest >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of_proof(leaf, index, size, proof):
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


# --- Checkpoints ----------------------------------------------------------------------------------------------------


def read_key(text):
    name, number, key = text.split("+", 2)
    key = base64.b64decode(key, validate=True)
    if len(key) != 33 or key[0] != 1 or number != key_id(name, key[1:]).hex():
        raise ValueError("not a key")
    return name, key[1:]


def key_id(name, public):
    return hashlib.sha256(name.encode() + b"\n\1" + public).digest()[:4]


def checkpoint(note, chain, key):
    """Size and root of a note that the key signed about the chain."""
    log, public = key
    origin = f"{log}/{chain}"
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    signed = False
    for line in signatures.rstrip("\n").split("\n"):
        mark, name, data = line.split(" ")
        data = base64.b64decode(data, validate=True)
        if mark == "\u2014" and name == origin and data[:4] == key_id(origin, public):
            signed = signed or signature_holds(public, text.encode(), data[4:])
    lines = text.split("\n")
    if not signed or lines[0] != origin:
        raise Broken(None, "a checkpoint is not signed by the key, or of another origin")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


# --- The file -------------------------------------------------------------------------------------------------------


class Chain:
    def __init__(self, name):
        self.name, self.tree, self.previous, self.latest = name, Tree(), bytes(32), None
        self.heads, self.proven = {}, 0

    def take(self, entry):
        expected, number = self.tree.size + 1, entry["sequence"]
        if number != expected or entry["chain"] != self.name:
            raise Broken(min(number, expected), f"entry {expected} is missing or out of order")
        if entry["algorithm"] != 1:
            raise Broken(number, "unknown algorithm")
        digest = entry_hash(self.previous, entry)
        if digest.hex() != entry["hash"]:
            raise Broken(number, "the content does not have this hash")
        at = microseconds(entry["at"])
        if self.latest is not None and self.latest - at > CLOCK_CORRECTION:
            raise Broken(number, "the clock was set back")
        self.latest = at if self.latest is None else max(at, self.latest)
        self.previous = digest
        self.tree.push(leaf_hash(digest))
        if self.heads.get(self.tree.size, self.tree.root()) != self.tree.root():
            raise Broken(number, "not what was signed")

    def take_proven(self, proven):
        entry, size = proven["entry"], max(self.heads, default=0)
        number = entry["sequence"]
        digest = entry_hash(bytes.fromhex(proven["previous"]), entry)
        if digest.hex() != entry["hash"] or entry["chain"] != self.name or not 0 < number <= size:
            raise Broken(number, "the content does not have this hash, or is of another chain")
        proof = [bytes.fromhex(text) for text in proven["proof"]]
        if root_of_proof(leaf_hash(digest), number - 1, size, proof) != self.heads[size]:
            raise Broken(number, "no checkpoint covers this entry")
        self.proven += 1

    def close(self):
        if not self.proven and self.tree.size < max(self.heads, default=0):
            raise Broken(self.tree.size + 1, "entries that were signed are missing")


def verify(lines, key=None):
    first = json.loads(next(lines))["trail"]
    if first["form"] != "cadre-trail-1":
        raise Broken(None, "unknown form")
    if key is not None and key != first["key"]:
        raise Broken(None, "the key was exchanged")
    key = read_key(first["key"])
    chain, entries = None, 0
    for line in lines:
        ((kind, value),) = json.loads(line).items()
        if kind == "end":
            if chain:
                chain.close()
            if value["entries"] != entries or next(lines, None) is not None:
                raise Broken(None, "the file does not end as it says")
            return entries
        if kind == "chain":
            if chain:
                chain.close()
            chain = Chain(value["name"])
        elif kind == "checkpoint":
            size, root = checkpoint(value, chain.name, key)
            if chain.heads.setdefault(size, root) != root:
                raise Broken(size, "two histories were signed")
        elif kind == "entry":
            entries += 1
            chain.take(value)
        elif kind == "proven":
            entries += 1
            chain.take_proven(value)
        else:
            raise Broken(None, f"unknown line: {kind}")
    raise Broken(None, "the file is cut")


def check_vectors(page):
    """Every line of the page's blocks of vectors: an entry, the hash before it, its encoding, its hash."""
    count = 0
    with open(page, encoding="utf-8") as text:
        for line in text:
            if not line.startswith('{"previous"'):
                continue
            vector = json.loads(line)
            assert encode(vector["entry"]).hex() == vector["encoding"], vector["entry"]["sequence"]
            digest = entry_hash(bytes.fromhex(vector["previous"]), vector["entry"]).hex()
            assert digest == vector["entry"]["hash"], digest
            count += 1
    assert count > 3, "the vectors were not found"
    return count


def main(words):
    if words[:1] == ["--vectors"]:
        print(json.dumps({"vectors": check_vectors(words[1])}))
        return 0
    key = words[words.index("--key") + 1] if "--key" in words else None
    with open(words[0], encoding="utf-8") as lines:
        try:
            print(json.dumps({"sound": True, "entries": verify(lines, key)}))
            return 0
        except Broken as broken:
            print(json.dumps({"sound": False, "sequence": broken.sequence, "what": str(broken)}))
        except (ValueError, KeyError, TypeError, AttributeError, StopIteration, struct.error) as error:
            print(json.dumps({"sound": False, "sequence": None, "what": f"not of this form: {error!r}"}))
    return 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
