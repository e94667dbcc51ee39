"""Tampers with an evidence pack at a thousand seeded places per kind and thing and asks the verifier each time.

    python3 tamper.py VERIFIER PACK KEPT_ROOT [PLACES]

Each kind (a byte changed, something deleted, reordered, cut off) is tried at PLACES places of the trail, of invoices, of
readings and of the journal, and at a quarter as many of the FEC, the book and the plans. Half the attempts are a clumsy
attacker's, whom the manifest may find; the other half work out the manifest again, the lists of digests, and in the
trail every hash after the place: then the chain, the roots and the seals must find it, and of the FEC, the book and the
plans at least the manifest's signature. Prints what was tried; exit code 1 where something was not found.

Only the steps of the verifier that read what was changed are taken, over what the others learned from the sound pack;
where they find nothing, the whole verification is.
"""

import collections
import hashlib
import importlib.util
import json
import multiprocessing
import random
import sys
import zipfile

sys.dont_write_bytecode = True


def load(path):
    spec = importlib.util.spec_from_file_location("verifier", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lines_of(data):
    return data.splitlines(keepends=True)


def names_in(files, group, clever):
    """The files a kind of tampering is tried on. Who works the digests out again does not begin by changing them."""
    if group in ("trail", "journal"):
        return [group + ".jsonl"]
    names = sorted(name for name in files if name.startswith(group + "/"))
    return [name for name in names if not (clever and name.endswith("-digests.csv"))]


def mutate(files, names, chance):
    """Another value in one byte, anywhere in the group."""
    place = chance.randrange(sum(len(files[name]) for name in names))
    for name in names:
        if place < len(files[name]):
            break
        place -= len(files[name])
    data = bytearray(files[name])
    data[place] ^= chance.randrange(1, 256)
    files[name] = bytes(data)
    return "%s, byte %d" % (name, place)


def delete(files, names, chance):
    """A line of a text, a run of bytes of a document, or the whole file."""
    name = chance.choice(names)
    if "/" in name and chance.random() < 0.1:
        del files[name]
        return name
    lines = lines_of(files[name])
    if len(lines) > 1 and not name.endswith((".pdf", ".xlsx")):
        place = chance.randrange(len(lines))
        del lines[place]
        files[name] = b"".join(lines)
        return "%s, line %d" % (name, place + 1)
    data = files[name]
    place = chance.randrange(len(data))
    files[name] = data[:place] + data[place + 1 + chance.randrange(64):]
    return "%s, byte %d" % (name, place)


def reorder(files, names, chance):
    """Two different lines of a text change places, or two documents do."""
    for _ in range(100):
        name = chance.choice(names)
        lines = lines_of(files[name])
        if len(lines) > 1 and not name.endswith((".pdf", ".xlsx")):
            one, other = sorted(chance.sample(range(len(lines)), 2))
            if lines[one].strip() != lines[other].strip():
                lines[one], lines[other] = lines[other], lines[one]
                files[name] = b"".join(lines)
                return "%s, lines %d and %d" % (name, one + 1, other + 1)
        else:
            other = chance.choice([n for n in names if n.rsplit(".", 1)[-1] == name.rsplit(".", 1)[-1]])
            if files[other] != files[name]:
                files[name], files[other] = files[other], files[name]
                return "%s and %s" % (name, other)
    raise AssertionError("nothing to reorder in %s" % names)


def truncate(files, names, chance):
    """The end goes, from any byte on."""
    name = chance.choice(names)
    place = chance.randrange(len(files[name]))
    if name == "trail.jsonl" and chance.random() < 0.5:
        # At the end of a line, as a careful attacker would.
        lines = lines_of(files[name])
        files[name] = b"".join(lines[: chance.randrange(len(lines))])
        return "%s, %d lines left" % (name, len(lines_of(files[name])))
    files[name] = files[name][:place]
    return "%s, %d bytes left" % (name, place)


def rechain(verifier, files):
    """Works out every hash of the trail again, as far as its lines can be read."""
    sequence, previous, written = 0, verifier.GENESIS, []
    for line in lines_of(files["trail.jsonl"]):
        try:
            record = json.loads(line)
            event = record["event"]
            digest = verifier.sha256(previous.encode() + b"\n" + verifier.canonical(event))
        except (ValueError, KeyError, TypeError):
            return False
        sequence += 1
        record = {"event": event, "hash": digest, "previous": previous, "sequence": sequence}
        previous = digest
        written.append(verifier.canonical(record) + b"\n")
    files["trail.jsonl"] = b"".join(written)
    return True


def forget_roots(files):
    """Keeps only the roots the trail still has events for: the end is cut as if it had never been."""
    size = len(lines_of(files["trail.jsonl"]))
    kept = [line for line in lines_of(files["roots.jsonl"]) if json.loads(line)["size"] <= size]
    files["roots.jsonl"] = b"".join(kept)


def redigest(verifier, files):
    """Works the lists of digests out again, as the readings are now."""
    for name in [name for name in files if name.endswith("-digests.csv")]:
        checker = verifier.Verifier(verifier.Memory(files))
        checker.day_seals = collections.defaultdict(lambda: (0, {"readings": 0, "corrections": 0, "root": ""}))
        written = []
        month = name[len("readings/"):-len("-digests.csv")]
        readings = "readings/%s.csv" % month
        if readings in files:
            lines = checker.lines(readings)
            next(lines, None)
            try:
                corrections = checker.corrections(month)
                checker.days(readings, month, lines, corrections, written, collections.Counter())
            except Exception:
                continue
            files[name] = (verifier.DIGESTS_HEADER + "".join(written)).encode()


def remanifest(verifier, pack, files):
    """Works the manifest out again over the files that are there."""
    manifest = json.loads(pack["manifest.json"])
    listed = []
    for entry in manifest["files"]:
        data = files.get(entry["path"])
        if data is not None and data is not pack[entry["path"]]:
            entry = dict(entry, bytes=len(data), sha256=verifier.sha256(data))
        if data is not None:
            listed.append(entry)
    manifest["files"] = listed
    files["manifest.json"] = verifier.canonical(manifest)


KINDS = (mutate, delete, reorder, truncate)
# What is tried, how many of a thousand places, the steps that look at it, and whether the signature may be what tells.
GROUPS = (
    ("trail", 1000, ("signed_roots", "trail", "compare_roots"), False),
    ("invoices", 1000, ("documents",), False),
    ("readings", 1000, ("readings",), False),
    ("journal", 1000, ("journal",), False),
    ("fec", 250, ("fec", "manifest_seal"), True),
    ("book", 250, ("manifest_seal",), True),
    ("amortisation", 250, ("plans", "movements", "manifest_seal"), True),
)


HASHED = {}


def hashed(base, name, data):
    """SHA-256 and size, worked out once for a file of the sound pack."""
    if name is None:
        return hashlib.sha256(data).hexdigest(), len(data)
    if name not in HASHED:
        HASHED[name] = base.digest(name)
    return HASHED[name]


def asked(verifier, base, files, kept, keys, steps):
    """What these steps find, over what the others learned from the sound pack."""
    check = verifier.Verifier(verifier.Memory(files), kept, keys)
    untouched = base.pack.files
    # What was not touched was hashed before.
    check.digest = lambda name: hashed(base, name if files[name] is untouched.get(name) else None, files[name])
    if "trail" not in steps and "manifest" not in steps:
        learned = {key: value for key, value in vars(base).items() if key not in ("pack", "names", "report", "digest")}
        vars(check).update(learned)
    if "journal" in steps:
        check.entries = {}
    if "trail" in steps:
        check.year = base.year
    return check.take([getattr(check, step) for step in steps]).findings


def attempt(verifier, pack, kept, keys, base, kind, which, number):
    """Tampers once and asks; what was tried, and what was missed."""
    group, _, steps, by_signature = GROUPS[which]
    chance = random.Random("%s %s %d" % (kind.__name__, group, number))
    clever = number % 2 == 1
    while True:
        files = dict(pack)
        place = kind(files, names_in(files, group, clever), chance)
        if clever and group == "trail" and kind is truncate:
            forget_roots(files)
        elif clever and group == "trail":
            rechain(verifier, files)
        if clever and group == "readings":
            redigest(verifier, files)
        if files != pack:
            break  # otherwise the chain was worked out again to what it was: nothing was tampered with
    if clever:
        remanifest(verifier, pack, files)
    findings = asked(verifier, base, files, kept, keys, steps if clever else ("manifest",))
    weak = ("manifeste",) if by_signature else ("manifeste", "sceau")
    if not findings or (clever and all(finding.part in weak for finding in findings)):
        findings = verifier.verify(verifier.Memory(files), kept, keys).findings
    what = "%s of %s%s" % (kind.__name__, group, ", worked out again" if clever else "")
    if not findings:
        return what, "nothing found %s: %s" % (what, place)
    if clever and all(finding.part in weak for finding in findings):
        return what, "only the manifest found %s: %s" % (what, place)
    return what, None


def prepared(verifier_path, pack_path, root_path):
    verifier = load(verifier_path)
    with zipfile.ZipFile(pack_path) as archive:
        pack = {name: archive.read(name) for name in archive.namelist()}
    kept = [("kept.json", open(root_path, encoding="utf-8").read())]
    keys = [pack["public-key.txt"].decode().strip()]
    base = verifier.Verifier(verifier.Memory(pack), kept, keys)
    base.run()
    return verifier, pack, kept, keys, base


READY = []


def worker(arguments):
    paths, kind, which, numbers = arguments
    if not READY:
        READY.append(prepared(*paths))
    return [attempt(*READY[0], KINDS[kind], which, number) for number in numbers]


def main(verifier_path, pack_path, root_path, places=1000):
    paths = (verifier_path, pack_path, root_path)
    verifier = load(verifier_path)
    kept = [("kept.json", open(root_path, encoding="utf-8").read())]
    sound = verifier.verify(verifier.pack_at(pack_path), kept)
    assert not sound.findings, sound.findings
    tries = [(which, max(places * share // 1000, 1)) for which, (_, share, _, _) in enumerate(GROUPS)]
    parts = [
        (paths, kind, which, range(start, most, 4))
        for which, most in tries for kind in range(len(KINDS)) for start in range(4)
    ]
    with multiprocessing.Pool() as pool:
        outcomes = [outcome for part in pool.map(worker, parts, 1) for outcome in part]
    tried = collections.Counter(what for what, _ in outcomes)
    missed = [why for _, why in outcomes if why]
    for what, count in sorted(tried.items()):
        print("%4d %s" % (count, what))
    for why in missed[:20]:
        print("MISSED: " + why)
    print("%d tried, %d missed" % (len(outcomes), len(missed)))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4], *map(int, sys.argv[4:])))
