"""Changes reports of a sound pack as who holds the key could, and asks the verifier.

    python3 reports.py verify.py pack.zip

The manifest is worked out again, and what only it and its seal find counts for nothing: the key's holder would sign it.
"""

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


def tries(pack):
    """What is tried, by name: the files it leaves."""
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
