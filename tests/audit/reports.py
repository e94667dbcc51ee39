"""Changes reports of a sound pack as who holds the key could, and asks the verifier.

    python3 reports.py verify.py pack.zip

The manifest is worked out again, and what only it and its seal find counts for nothing: the key's holder would sign it.
"""

import json
import re
import sys
import zipfile

from tamper import load, remanifest

YEAR = 2026


def changed(data, old, new):
    """The last place of `old`, so that no heading is meant."""
    head, found, tail = data.decode("utf-8").rpartition(old)
    assert found, old
    return (head + new + tail).encode("utf-8")


def last_digit(data):
    """Another last digit of the last amount: `,d5` before the end of a field."""
    text = data.decode("utf-8")
    place = [match.end() - 1 for match in re.finditer(r"\d[.,]\d\d", text)][-1]
    return (text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]).encode("utf-8")


def twice(data):
    """The line before the last, once more."""
    lines = data.splitlines(keepends=True)
    return b"".join(lines[:-1] + lines[-2:])


def entry_line(pack, change):
    """The journal with another entry in the place of one of the year."""
    lines = pack["journal.jsonl"].splitlines()
    place = next(n for n, line in enumerate(lines) if json.loads(line)["number"] == "%d-000002" % YEAR)
    entry = json.loads(lines[place])
    changed = change(entry)
    lines[place : place + 1] = [canonical(one) for one in changed]
    return b"".join(line + b"\n" for line in lines)


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def field(data, number, zone, value):
    """The FEC with another value in one zone of one line."""
    lines = data.decode("utf-8").split("\r\n")
    fields = lines[number].split("\t")
    assert fields[zone] != value, fields
    fields[zone] = value
    lines[number] = "\t".join(fields)
    return "\r\n".join(lines).encode("utf-8")


def books(pack):
    """What is tried on the journal and the FEC."""
    empty = {"lines": [], "document": "VIDE-1", "id": 10_000, "number": "%d-000099" % YEAR}
    for what, change in (
        ("another number", lambda entry: [dict(entry, number="%d-000001" % YEAR)]),
        ("no number", lambda entry: [{key: value for key, value in entry.items() if key != "number"}]),
        ("another description", lambda entry: [dict(entry, label=entry["label"] + " bis")]),
        ("another day", lambda entry: [dict(entry, date="2026-01-02")]),
        ("an entry twice", lambda entry: [entry, dict(entry)]),
        ("an empty entry", lambda entry: [entry, dict(entry, **empty)]),
        ("an entry nobody posted", lambda entry: [entry, dict(entry, **dict(empty, lines=entry["lines"]))]),
        ("no entry", lambda entry: []),
    ):
        yield "%s in the journal" % what, "journal.jsonl", entry_line(pack, change)
    fec = next(name for name in pack if re.fullmatch(r"fec/\w+\.txt", name))
    lines = pack[fec].decode("utf-8").split("\r\n")
    second = next(n for n, line in enumerate(lines) if "\t%d-000002\t" % YEAR in line)
    yield "another number of the first line of an entry", fec, field(pack[fec], second, 2, "%d-000007" % YEAR)
    yield "another number of the second line of an entry", fec, field(pack[fec], second + 1, 2, "%d-000007" % YEAR)
    yield "another description in the FEC", fec, field(pack[fec], second, 10, "autre chose")
    yield "another name of a journal in the FEC", fec, field(pack[fec], second, 1, "Achats")
    described = next(name for name in pack if name.endswith("-description.txt"))
    for old, new in (("date de validation", "date de saisie"), ("UTF-8", "ISO 8859-15"), ("VE : Ventes", "VE : Achats")):
        yield "%s in the FEC's description" % new, described, changed(pack[described], old, new)


def tries(pack):
    """What is tried, by name: the files it leaves."""
    yield from books(pack)
    stems = ["accounts/balance-%d", "accounts/tie-out-%d", "accounts/reconciliation-%d-12-31"]
    stems += ["amortisation/plan-%d-12-31", "amortisation/movements-%d", "amortisation/funding-%d", "payback/payback-%d-12-31"]
    for stem in (stem % YEAR for stem in stems):
        for kind in ("pdf", "xlsx", "csv", "json"):
            yield "without %s.%s" % (stem, kind), stem + "." + kind, None
        yield "an amount of %s.csv" % stem, stem + ".csv", last_digit(pack[stem + ".csv"])
        yield "a line of %s.csv twice" % stem, stem + ".csv", twice(pack[stem + ".csv"])
        yield "a line of %s.json twice" % stem, stem + ".json", twice(pack[stem + ".json"])
        yield "the end of %s.csv" % stem, stem + ".csv", pack[stem + ".csv"][:-20]
    balance = "accounts/balance-%d.json" % YEAR
    for old, new in (('"closing_credit": "', '"closing_credit": "1'), ('"through": "2026-12-31"', '"through": "2026-12-30"')):
        yield "%s in the balance" % old, balance, changed(pack[balance], old, new)
    assets, book = "amortisation/assets-and-decisions.toml", "book/book.toml"
    yield "another duration", assets, changed(pack[assets], "duration_years = ", "duration_years = 1")
    yield "without the assets", assets, None
    yield "without the book", book, None
    described = next(name for name in pack if name.endswith("-description.txt"))
    yield "without the FEC's description", described, None
    yield "another zone", described, changed(pack[described], "12. Debit", "12. Credit")
    for name in ("LISEZMOI.md", "README.md", "verify.py"):
        yield "without " + name, name, None


def main(verifier_path, pack_path):
    verifier = load(verifier_path)
    with zipfile.ZipFile(pack_path) as archive:
        pack = {name: archive.read(name) for name in archive.namelist()}
    keys = [pack["public-key.txt"].decode().strip()]
    missed, count = [], 0
    for what, name, data in tries(pack):
        files = {known: held for known, held in pack.items() if known != name or data is not None}
        if data is not None:
            assert data != pack[name], what
            files[name] = data
        remanifest(verifier, pack, files)
        found = verifier.verify(verifier.Memory(files), (), keys).findings
        count += 1
        if all(finding.part in ("manifeste", "sceau") for finding in found):
            missed.append(what)
    for what in missed:
        print("MISSED: " + what)
    print("%d tried, %d missed" % (count, len(missed)))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
