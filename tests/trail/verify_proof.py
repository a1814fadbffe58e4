#!/usr/bin/env python3
"""A second verifier of proof bundles, written from docs/proof-bundle.md (and its neighbour for the trail) alone.

    verify_proof.py FILE [--key KEY]

Prints a line of JSON and ends with 0 where everything fits, with 4 where something does not.
"""

import base64
import hashlib
import json
import re
import sys
import zipfile
from collections import defaultdict
from fractions import Fraction

import verify_trail as trail


class Broken(Exception):
    """What does not fit."""


def need(condition, what):
    if not condition:
        raise Broken(what)


# --- 1. The file ---------------------------------------------------------------------------------------------------------


def open_bundle(path, key):
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    text, note = files.pop("manifest.json"), files.pop("signature.txt").decode()
    manifest = json.loads(text)
    need(manifest["form"] == "cadre-proof-1", "unknown form")
    listed = {line["name"]: line for line in manifest["files"]}
    need(set(listed) == set(files), "files that the manifest does not list")
    for name, data in files.items():
        need(len(data) == listed[name]["size"], f"{name}: length")
        need(hashlib.sha256(data).hexdigest() == listed[name]["sha256"], f"{name}: digest")
    need(key in (None, manifest["key"]), "the key was exchanged")
    log, public = trail.read_key(manifest["key"])
    body, lines = note.rsplit("\n\n", 1)
    signed = f"cadre-proof-1\n{hashlib.sha256(text).hexdigest()}\n"
    need(body + "\n" == signed, "the signature is of another manifest")
    name = f"{log}/bundle"
    for line in lines.splitlines():
        mark, signer, data = line.split(" ")
        data = base64.b64decode(data)
        if mark == "—" and signer == name and data[:4] == trail.key_id(name, public):
            need(trail.signature_holds(public, signed.encode(), data[4:]), "the manifest is not signed")
            return manifest, {name: data.decode() for name, data in files.items()}
    raise Broken("the manifest is not signed")


# --- 3. The closing ------------------------------------------------------------------------------------------------------


def extends(old_size, old_root, new_size, new_root, proof):
    """RFC 9162, 2.1.4.2."""
    if old_size == new_size:
        return old_root == new_root and not proof
    nodes = list(proof)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not nodes:
        return False
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = trail.node_hash(node, before), trail.node_hash(node, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = trail.node_hash(after, node)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def closing(manifest, files, report):
    text = files["trail.jsonl"]
    need(trail.verify(iter(text.splitlines(True)), manifest["key"]) == 1, "one entry is wanted")
    lines = [json.loads(line) for line in text.splitlines()]
    notes = [line["checkpoint"] for line in lines if "checkpoint" in line]
    (entry,) = [line["proven"]["entry"] for line in lines if "proven" in line]
    key = trail.read_key(manifest["key"])
    heads = sorted(trail.checkpoint(note, entry["chain"], key) + (note,) for note in notes)
    (first, root, note), (newest, newest_root, _) = heads[0], heads[-1]
    need(first >= entry["sequence"], "the first checkpoint does not cover the closing")
    need(report["checkpoint"] == " ".join(note.splitlines()[:3]), "the report prints another checkpoint")
    told = json.loads(files["consistency.json"])
    need((told["from"], told["to"]) == (first, newest), "a proof between other checkpoints")
    proof = [bytes.fromhex(part) for part in told["proof"]]
    need(extends(first, root, newest, newest_root, proof), "the newest checkpoint does not extend the first")
    details = json.loads(entry["details"])
    wanted = (manifest["quarter"], manifest["revision"])
    need(entry["action"] in ("quarters.close", "quarters.amend"), "the entry is no closing")
    need((details["quarter"], details["revision"]) == wanted, "the closing of another quarter")
    need((report["quarter"], report["revision"]) == wanted, "the report of another quarter")
    need(report["organisation"]["code"] == manifest["organisation"], "the report of another organisation")
    need(details["digest"] == report["digest"], "another digest")
    proof = details.get("proof")
    return [proof, *proof["rests_on"]] if proof else []


# --- 2. Facts ------------------------------------------------------------------------------------------------------------


def root_over(texts):
    tree = trail.Tree()
    for text in texts:
        tree.push(trail.leaf_hash(text.encode()))
    return tree.root().hex()


class Facts:
    def __init__(self, text, definitions, quarter, committed):
        lines = text.splitlines()
        self.header = json.loads(lines[0])["facts"]
        need(self.header["form"] == "cadre-facts-1" and self.header["quarter"] == quarter, "facts of another quarter")
        self.tags, self.shown, self.elsewhere, self.rows = {}, {}, [], defaultdict(dict)
        places, place, rows = [], None, []

        def close():
            if place is None:
                return
            for line in place["tables"]:
                if line["table"] in self.header["tables"]:
                    own = [row for row in rows if json.loads(row)[0] == line["table"]]
                    need(len(own) == line["rows"], f"{place['path']}: rows of {line['table']} were added or removed")
                    need(root_over(own) == line["root"], f"{place['path']}: rows of {line['table']} were changed")

        for line in lines[1:]:
            if line.startswith("["):
                rows.append(line)
                self.row(json.loads(line), line, definitions, place["tags"])
                continue
            close()
            place, rows = None, []
            ((kind, value),) = json.loads(line).items()
            if kind == "elsewhere":
                self.elsewhere.append(value["tags"])
                places.append((value["tags"], value["sha256"]))
            else:
                place = value
                self.shown[value["tags"]] = value["path"]
                codes, tags = value["path"].split("/"), value["tags"].split("/")
                need(len(codes) == len(tags), "tags that are no path")
                for code, tag in zip(codes[:-1], tags[:-1]):
                    need(self.tags.setdefault(code, tag) == tag, f"{code} has two tags")
                places.append((value["tags"], hashlib.sha256(line.encode()).hexdigest()))
        close()
        need(len(set(self.tags.values())) == len(self.tags), "two codes have one tag")
        need([tags for tags, _ in places] == sorted({tags for tags, _ in places}), "places out of order")
        need(len(places) == self.header["places"], "places are missing")
        need(root_over(f"{tags}\n{sha}" for tags, sha in places) == self.header["root"], "places were changed")
        for one in committed:
            if one["quarter"] == quarter:
                same = all(one[field] == self.header[field] for field in ("revision", "places", "root"))
                need(same, "the root is not the one of the closing")

    def row(self, values, line, definitions, tags):
        table, fields = values[0], definitions[values[0]]
        need(len(values) == len(fields) + 1, "a row of another shape")
        row = dict(zip(fields, values[1:]))
        ends = (row["from"], row["to"]) if "from" in fields and "to" in fields else (None, tags)
        need(tags in ends, "a row at a place that it does not concern")
        self.rows[table].setdefault(line if table == "flow" else (line, tags, len(self.rows[table])), (row, *ends))


# --- 4. Definitions ------------------------------------------------------------------------------------------------------

TOKENS = re.compile(r"\s*('[^']*'|f\.\w+|\d+|\w+|<>|<=|>=|[=<>(),-])")


class Parser:
    """Reads a fragment into a function of a row; None is SQL's NULL."""

    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            found = TOKENS.match(text, at)
            need(found, f"no fragment: {text}")
            self.tokens.append(found.group(1))
            at = found.end()
        self.text, self.at = text, 0

    def whole(self):
        result = self.condition()
        need(self.at == len(self.tokens), f"no fragment: {self.text}")
        return result

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, *tokens):
        if self.peek() in tokens:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def expect(self, token):
        need(self.take(token), f"no fragment: {self.text}")

    def condition(self):
        tests = [self.test()]
        while self.take("AND"):
            tests.append(self.test())

        def both(row):
            results = [test(row) for test in tests]
            return False if False in results else None if None in results else True

        return both if len(tests) > 1 else tests[0]

    def test(self):
        if self.take("NOT"):
            inner = self.test()
            return lambda row: None if (result := inner(row)) is None else not result
        value = self.value()
        sign = self.take("=", "<>", "<", "<=", ">", ">=")
        if sign:
            other = self.value()
            return lambda row: compared(value(row), sign, other(row))
        if self.take("BETWEEN"):
            low = self.value()
            self.expect("AND")
            high = self.value()
            return lambda row: None if value(row) is None else low(row) <= value(row) <= high(row)
        if self.take("IN"):
            self.expect("(")
            others = [self.value()]
            while self.take(","):
                others.append(self.value())
            self.expect(")")
            return lambda row: None if value(row) is None else value(row) in [other(row) for other in others]
        if self.take("IS"):
            negated = self.take("NOT") is not None
            self.expect("NULL")
            return lambda row: (value(row) is None) != negated
        return value

    def value(self):
        result = self.factor()
        while self.take("-"):
            result = self.minus(result, self.factor())
        return result

    @staticmethod
    def minus(left, right):
        return lambda row: None if None in (left(row), right(row)) else left(row) - right(row)

    def factor(self):
        token = self.peek()
        need(token is not None, f"no fragment: {self.text}")
        self.at += 1
        if token.startswith("'"):
            return lambda row: token[1:-1]
        if token.isdigit():
            return lambda row: int(token)
        if token.startswith("f."):
            return lambda row: row[token[2:]]
        if token == "true":
            return lambda row: True
        if token == "strpos":
            self.expect("(")
            text = self.value()
            self.expect(",")
            part = self.value()
            self.expect(")")
            return lambda row: text(row).find(part(row)) + 1
        if token == "CASE":
            self.expect("WHEN")
            when = self.condition()
            self.expect("THEN")
            then = self.value()
            self.expect("ELSE")
            otherwise = self.value()
            self.expect("END")
            return lambda row: then(row) if when(row) is True else otherwise(row)
        raise Broken(f"no fragment: {self.text}")


def compared(left, sign, right):
    if left is None or right is None:
        return None
    return {
        "=": left == right, "<>": left != right, "<": left < right, "<=": left <= right, ">": left > right,
        ">=": left >= right,
    }[sign]


def parsed(text, cache={}):
    if text not in cache:
        cache[text] = Parser(text).whole()
    return cache[text]


def folded(seats, person):
    """How the seats of somebody make one person."""
    row = {}
    for line in person:
        of = line["of"]
        if of.startswith("f."):
            row[line["field"]] = seats[0][of[2:]]
            continue
        together = of.startswith("concat(")
        inside = of[len("concat(' ', string_agg("):-len(", ' '), ' ')")] if together else of[of.index("(") + 1:-1]
        values = [value for seat in seats if (value := parsed(inside)(seat)) is not None]
        if together:
            row[line["field"]] = f" {' '.join(values)} "
        elif of.startswith("min("):
            row[line["field"]] = min(values)
        else:
            need(of.startswith("bool_or("), f"no fragment: {of}")
            row[line["field"]] = any(values) if values else None
    return row


def inside(tags, tag):
    return tags is not None and tag in tags.split("/")


class Tally:
    def __init__(self, tables, person):
        self.tables, self.person, self.known = tables, person, {}

    def of(self, part, tag):
        key = (json.dumps(part, sort_keys=True), tag)
        if key not in self.known:
            self.known[key] = self.count(part, tag)
        return self.known[key]

    def rows(self, table, tag):
        rows = self.tables.get(table, [])
        if table != "seats":
            return rows
        people = defaultdict(list)
        for row, _, to in rows:
            if inside(to, tag):
                people[(row["person_id"], row["standing"])].append(row)
        return [(folded(seats, self.person), None, tag) for seats in people.values()]

    def count(self, part, tag):
        holds, sum_of, total = parsed(part["filter"]), part.get("sum"), 0
        for row, start, end in self.rows(part["table"], tag):
            leaves, arrives = inside(start, tag), inside(end, tag)
            weight = {
                "into": int(arrives and not leaves), "out_of": int(leaves and not arrives), "net": arrives - leaves,
            }[part["side"]]
            if weight and holds(row) is True:
                total += weight * (1 if sum_of is None else parsed(sum_of)(row) or 0)
        return total


def rounded(value, places):
    scaled = abs(value) * 10**places
    whole = scaled.numerator // scaled.denominator
    whole += 2 * (scaled - whole) >= 1
    return float(Fraction(whole if value >= 0 else -whole, 10**places)) if places else whole * (1 if value >= 0 else -1)


class Figure:
    def __init__(self, told, tally, tag):
        self.told, term = told, told.get("comparison")
        self.numerator = tally.of(told["numerator"], tag)
        self.denominator = tally.of(told["denominator"], tag) if "denominator" in told else None
        self.before = None
        if term and tally.of(term["known"], tag) > 0:
            denominator = tally.of(term["denominator"], tag) if "denominator" in term else None
            self.before = {"numerator": tally.of(term["numerator"], tag), "denominator": denominator}
        self.exact = self.worked_out(term["against"] if term else None)

    def fraction(self, numerator, denominator):
        shape = self.told["shape"]
        if shape == "count":
            return Fraction(numerator)
        if shape == "rounded_up_percent":
            return Fraction(-(-max(numerator, 0) // 100))
        if denominator == 0:
            return None
        return Fraction(numerator, denominator * (10 if shape == "mean_of_tenths" else 1))

    def worked_out(self, against):
        now = self.fraction(self.numerator, self.denominator)
        if against is None or now is None:
            return now
        was = self.before and self.fraction(self.before["numerator"], self.before["denominator"])
        if was is None or against == "relative" and was == 0:
            return None
        return now - was if against == "difference" else (now - was) / was

    def shown(self, exact):
        if exact is None:
            return None
        shape, term = self.told["shape"], self.told.get("comparison")
        if shape == "percentage" or term and term["against"] == "relative":
            return rounded(exact * 100, 2)
        return int(exact) if shape in ("count", "rounded_up_percent") else rounded(exact, 2)

    def json(self, previous, as_of):
        change = None if None in (self.exact, previous) else self.exact - previous
        result = {field: self.told[field] for field in ("code", "label", "unit")}
        result.update(
            value=self.shown(self.exact), numerator=self.numerator, denominator=self.denominator, as_of=as_of,
            previous=self.shown(previous), change=self.shown(change),
        )
        if self.before:
            result["before"] = self.before
        return result


def quarter_before(quarter):
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year}Q{number - 1}" if number > 1 else f"{year - 1}Q4"


def entries(text):
    rows, last = [], 0
    for line in text.splitlines():
        sequence, action, covered, tags = json.loads(line)
        need(sequence > last, "entries out of order")
        last = sequence
        rows.append(({"sequence": sequence, "action": action, "is_covered": covered}, None, tags))
    return rows


def verify(path, key):
    manifest, files = open_bundle(path, key)
    report, told = json.loads(files["report.json"]), json.loads(files["definitions.json"])
    need(told["form"] == "cadre-definitions-1", "unknown definitions")
    committed = closing(manifest, files, report)
    fields = {line["table"]: line["fields"] for line in told["tables"]}
    quarter = manifest["quarter"]
    now = Facts(files["facts/now.jsonl"], fields, quarter, committed)
    need(now.header["revision"] == manifest["revision"], "facts of another revision")
    before = Facts(files["facts/before.jsonl"], fields, quarter_before(quarter), committed)
    sets = [now, before]
    tally = lambda facts, name: Tally(
        {**{table: list(rows.values()) for table, rows in facts.rows.items()}, "trail": entries(files[name])},
        told["person"],
    )
    present, past = tally(now, "entries/now.jsonl"), tally(before, "entries/before.jsonl")
    if before.header["revision"] != 0:
        opening = Facts(files["facts/opening.jsonl"], fields, quarter_before(quarter_before(quarter)), committed)
        sets.append(opening)
        past.tables["opening"] = list(opening.rows["members"].values())
    own = {row["code"]: (row, to) for row, _, to in present.tables["organisations"]}
    code = manifest["organisation"]
    need(code in own, "no such organisation")
    below = [child for child, (_, tags) in own.items() if tags == own[code][1] + now.tags[child] + "/"]
    below.sort(key=lambda child: now.shown[own[child][1]])
    for facts in sets:
        for one in [code, *below]:
            need(facts.tags.get(one, now.tags[one]) == now.tags[one], f"{one} has another tag")
            need(not any(inside(tags, now.tags[one]) for tags in facts.elsewhere), f"{one}: places were left out")
    balance = told["balance"]
    for one in [code, *below]:
        tag, part = now.tags[one], json.dumps(balance["opening"], sort_keys=True)
        if before.header["revision"] == 0:
            moved = sum(line["sign"] * past.of(line["part"], tag) for line in balance["lines"])
            past.known[(part, tag)] = past.of(balance["closing"], tag) - moved
        present.known[(part, tag)] = past.of(balance["closing"], tag)
    year, number = int(quarter[:4]), int(quarter[5])
    as_of = f"{year}-{('03-31', '06-30', '09-30', '12-31')[number - 1]}"
    figures = [figure for section in told["sections"] for figure in section["figures"]]
    printed = {code: [figure for section in report["sections"] for figure in section["figures"]]}
    printed.update((child["organisation"]["code"], child["figures"]) for child in report["by_organisation"])
    need(list(printed) == [code, *below], "the report has other organisations below")
    balanced = {code: report["balanced"]}
    balanced.update((child["organisation"]["code"], child["balanced"]) for child in report["by_organisation"])
    agreed = 0
    for one, found in printed.items():
        tag = now.tags[one]
        need(len(found) == len(figures), f"{one}: figures are missing")
        for figure, value in zip(figures, found):
            kept = before.header["revision"] != 0 or figure["numerator"]["table"] != "findings"
            previous = Figure(figure, past, tag).exact if kept else None
            worked_out = Figure(figure, present, tag).json(previous, as_of)
            need(value == worked_out, f"{one} {figure['code']}: {value} is {worked_out}")
            agreed += 1
        flow = sum(line["sign"] * present.of(line["part"], tag) for line in balance["lines"])
        holds = present.of(balance["opening"], tag) + flow == present.of(balance["closing"], tag)
        need(balanced[one] == holds, f"{one}: balance")
    for section, printed_section in zip(told["sections"], report["sections"]):
        for grid in section["grids"]:
            (table,) = [table for table in printed_section["tables"] if table["code"] == grid["code"]]
            for (label, cells), row in zip(grid["rows"], table["rows"], strict=True):
                counts = [present.of(part, now.tags[code]) for part in cells]
                need(row == {"label": label, "values": counts}, f"{grid['code']} {label}")
    return agreed


def main(words):
    key = words[words.index("--key") + 1] if "--key" in words else None
    try:
        print(json.dumps({"sound": True, "figures": verify(words[0], key)}))
        return 0
    except (Broken, trail.Broken) as broken:
        print(json.dumps({"sound": False, "what": str(broken)}))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, StopIteration) as error:
        print(json.dumps({"sound": False, "what": f"not of this form: {error!r}"}))
    return 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
