"""Tampers with an evidence pack at a thousand seeded places per kind and asks the verifier each time.

    python3 tamper.py VERIFIER PACK KEPT_ROOT [PLACES]

Every kind is tried twice over: as a clumsy attacker, whom the manifest may find, and as one who works the manifest out
again and, in the trail, every hash after the place; then the chain, the roots and the seals must find it. Prints what was
tried; exit code 1 where something was not found.
"""

import collections
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
    if group == "trail":
        return ["trail.jsonl"]
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
    if name != "trail.jsonl" and chance.random() < 0.1:
        del files[name]
        return name
    lines = lines_of(files[name])
    if len(lines) > 1 and not name.endswith(".pdf"):
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
        if len(lines) > 1 and not name.endswith(".pdf"):
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


def attempt(verifier, pack, kept, keys, kind, number):
    """Tampers once and asks; what was tried, and what was missed."""
    chance = random.Random("%s %d" % (kind.__name__, number))
    group = ("trail", "invoices", "readings")[number % 3]
    clever = (number // 3) % 2 == 1
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
    findings = verifier.verify(verifier.Memory(files), kept, keys).findings
    what = "%s of %s%s" % (kind.__name__, group, ", worked out again" if clever else "")
    if not findings:
        return what, "nothing found %s: %s" % (what, place)
    if clever and all(finding.part == "manifeste" for finding in findings):
        return what, "only the manifest found %s: %s" % (what, place)
    return what, None


def prepared(verifier_path, pack_path, root_path):
    verifier = load(verifier_path)
    with zipfile.ZipFile(pack_path) as archive:
        pack = {name: archive.read(name) for name in archive.namelist()}
    # Reports of megabytes are covered by the manifest alone and would only be hashed four thousand times.
    light = {name: data for name, data in pack.items() if not name.startswith("amortisation/")}
    remanifest(verifier, pack, light)
    kept = [("kept.json", open(root_path, encoding="utf-8").read())]
    return verifier, light, kept, [pack["public-key.txt"].decode().strip()]


def worker(arguments):
    paths, kind, numbers = arguments
    ready = prepared(*paths)
    return [attempt(*ready, KINDS[kind], number) for number in numbers]


def main(verifier_path, pack_path, root_path, places=1000):
    paths = (verifier_path, pack_path, root_path)
    verifier, pack, kept, keys = prepared(*paths)
    sound = verifier.verify(verifier.Memory(dict(pack)), kept, keys)
    assert not sound.findings, sound.findings
    parts = [(paths, kind, range(start, places, 4)) for kind in range(len(KINDS)) for start in range(4)]
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
