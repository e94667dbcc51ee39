#!/usr/bin/env python3
"""Vérificateur indépendant d’un dossier de preuves de Chapelle.

    python3 verify.py [DOSSIER] [--root FICHIER]... [--key FICHIER]

DOSSIER est le fichier ZIP ou le dossier où il a été décompressé ; sans argument, le dossier de ce script.
--root   une racine signée conservée hors du centre de données (fichier exporté ou courriel enregistré) : seule
         une telle racine révèle une piste raccourcie puis signée de nouveau. À répéter autant de fois qu’il y en a.
--key    la clé publique en laquelle vous avez confiance, reçue par une autre voie que ce dossier.

Il ne faut que Python 3.9 ou plus, sans bibliothèque ajoutée, sans réseau et sans Chapelle. Rien n’est modifié.
Code de sortie : 0 tout concorde, 3 au moins une anomalie, 1 le dossier n’a pas pu être lu.

Ce qui est vérifié, dans l’ordre :
 1. le manifeste : chaque fichier, sa taille, son SHA-256, aucun de plus, aucun de moins ;
 2. la piste d’audit : SHA-256(hash précédent en hexadécimal + saut de ligne + événement en JSON canonique), sans trou ;
 3. les racines : arbre de Merkle (RFC 6962) sur les hashs des événements, signature ed25519 (RFC 8032), chaînage ;
 4. les factures : PDF, XML et contenu figé contre la piste, totaux du XML = contenu = journal, numéros sans trou ;
 5. les relevés : condensat par compteur et par jour (UTC), arbre de Merkle du jour contre la piste, dénombrement ;
 6. le journal : chaque écriture équilibrée, chaque tranche contre le scellé de la piste.

JSON canonique : UTF-8, clés triées, sans espace, seuls les guillemets, la barre inverse et les caractères de contrôle
sont échappés. C’est ce que donne canonical() ci-dessous.
"""

import argparse
import collections
import hashlib
import io
import json
import os
import re
import sys
import xml.etree.ElementTree
import zipfile

GENESIS = "0" * 64
READINGS_HEADER = b"at,meter,value,quality,source\n"
DIGESTS_HEADER = "day,meter,readings,corrections,sha256\n"
HEX_KEY = re.compile(r"\b[0-9a-fA-F]{64}\b")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def canonical(value):
    """Le JSON canonique d’une valeur, en octets."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("utf-8")


def parse(line):
    """La valeur d’une ligne de JSON, qui doit être canonique à l’octet près."""
    value = json.loads(line.decode("utf-8"))
    if canonical(value) != line:
        raise ValueError("ce n’est pas du JSON canonique")
    return value


# ---------------------------------------------------------------------------------------------- ed25519 (RFC 8032)

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(p, q):
    """Somme de deux points en coordonnées étendues (X : Y : Z : T)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_multiply(scalar, point):
    product = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            product = point_add(product, point)
        point = point_add(point, point)
        scalar >>= 1
    return product


def point_equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def point_decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point_decompress(BASE_Y.to_bytes(32, "little"))
VERIFIED = {}


def ed25519_verify(key, message, signature):
    """Vrai si `signature` (64 octets) est celle de `message` par la clé publique `key` (32 octets)."""
    asked = (key, message, signature)
    if asked not in VERIFIED:
        VERIFIED[asked] = ed25519_compute(key, message, signature)
    return VERIFIED[asked]


def ed25519_compute(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r = point_decompress(key), point_decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return point_equal(point_multiply(s, BASE), point_add(r, point_multiply(h, a)))


# ---------------------------------------------------------------------------------------- arbre de Merkle (RFC 6962)


class Tree:
    """Ne garde que les racines des sous-arbres complets : la racine de chaque longueur est connue au passage."""

    def __init__(self):
        self.size = 0
        self.subtrees = []

    def push(self, data):
        node = hashlib.sha256(b"\x00" + data).digest()
        size = self.size
        while size & 1:
            node = hashlib.sha256(b"\x01" + self.subtrees.pop() + node).digest()
            size >>= 1
        self.subtrees.append(node)
        self.size += 1

    def root(self):
        if not self.subtrees:
            return sha256(b"")
        node = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node.hex()


def merkle_root(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.push(leaf)
    return tree.root()


# ------------------------------------------------------------------------------------------------------- le dossier


class Folder:
    """Un dossier décompressé."""

    def __init__(self, path):
        self.path = path

    def names(self):
        found = []
        for folder, _, files in os.walk(self.path):
            for name in files:
                whole = os.path.relpath(os.path.join(folder, name), self.path)
                found.append(whole.replace(os.sep, "/"))
        return sorted(found)

    def open(self, name):
        return open(os.path.join(self.path, *name.split("/")), "rb")


class Zip:
    """Le fichier ZIP tel quel."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)

    def names(self):
        return sorted(self.archive.namelist())

    def open(self, name):
        return self.archive.open(name)


class Memory:
    """Des octets en mémoire, par nom : pour les essais."""

    def __init__(self, files):
        self.files = files

    def names(self):
        return sorted(self.files)

    def open(self, name):
        return io.BytesIO(self.files[name])


def pack_at(path):
    return Folder(path) if os.path.isdir(path) else Zip(path)


Finding = collections.namedtuple("Finding", "part place what")


class Report:
    """Ce qui a été regardé, et trouvé."""

    def __init__(self):
        self.findings = []
        self.notes = []
        self.counts = collections.OrderedDict()

    def find(self, part, place, what):
        self.findings.append(Finding(part, str(place), what))

    def note(self, what):
        self.notes.append(what)


class Verifier:
    """Une vérification ; chaque étape prend ce que la précédente a appris."""

    def __init__(self, pack, kept_roots=(), keys=()):
        self.pack = pack
        self.names = pack.names()
        self.kept_roots = list(kept_roots)
        self.keys = [key.lower() for key in keys]
        self.report = Report()
        self.roots = []
        self.computed = {}
        self.heads = {}
        self.invoices = collections.OrderedDict()
        self.journal_seals = []
        self.day_seals = {}
        self.arrived = collections.Counter()
        self.arrived_since = collections.Counter()
        self.entries = {}
        self.year = None

    def run(self):
        steps = (self.manifest, self.signed_roots, self.trail, self.compare_roots, self.journal, self.documents, self.readings)
        for step in steps:
            try:
                step()
            except Exception as error:  # tout ce qui empêche de lire est une anomalie, pas une panne
                self.report.find(step.__name__, "-", "la lecture s’arrête : %s : %s" % (type(error).__name__, error))
        return self.report

    def find(self, part, place, what):
        self.report.find(part, place, what)

    def read(self, name):
        with self.pack.open(name) as file:
            return file.read()

    def lines(self, name):
        """Les lignes d’un fichier avec leur numéro ; chacune doit finir par un saut de ligne."""
        with self.pack.open(name) as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    self.find(name, "ligne %d" % number, "la dernière ligne est coupée")
                    return
                yield number, line

    def records(self, name):
        """Les lignes de JSON canonique d’un fichier ; une ligne illisible est une anomalie, et l’on continue."""
        for number, line in self.lines(name):
            try:
                yield number, line[:-1], parse(line[:-1])
            except ValueError as error:
                self.find(name, "ligne %d" % number, "illisible : %s" % error)

    # ------------------------------------------------------------------------------------------------- 1. manifeste

    def manifest(self):
        manifest = parse(self.read("manifest.json"))
        self.year = manifest["year"]
        listed = {}
        for entry in manifest["files"]:
            if entry["path"] in listed:
                self.find("manifeste", entry["path"], "listé deux fois")
            listed[entry["path"]] = entry
        present = collections.Counter(self.names)
        for name, times in present.items():
            if times > 1:
                self.find("manifeste", name, "présent %d fois dans le dossier" % times)
            if name not in listed and name != "manifest.json":
                self.find("manifeste", name, "présent, mais absent du manifeste")
        for name, entry in listed.items():
            if name not in present:
                self.find("manifeste", name, "au manifeste, mais absent du dossier")
                continue
            digest, size = self.digest(name)
            if size != entry["bytes"]:
                self.find("manifeste", name, "%d octets, le manifeste en dit %d" % (size, entry["bytes"]))
            if digest != entry["sha256"]:
                self.find("manifeste", name, "SHA-256 %s, le manifeste dit %s" % (digest, entry["sha256"]))
        self.report.counts["fichiers"] = len(listed)

    def digest(self, name):
        digest, size = hashlib.sha256(), 0
        with self.pack.open(name) as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
                size += len(block)
        return digest.hexdigest(), size

    # --------------------------------------------------------------------------------------------------- 3. racines

    def signed_roots(self):
        own = [line.strip() for line in self.read("public-key.txt").decode("ascii").splitlines()]
        for key in own:
            if not HEX_KEY.fullmatch(key):
                self.find("clé", "public-key.txt", "« %s » n’est pas une clé" % key)
        if self.keys and not set(own) <= set(self.keys):
            self.find("clé", "public-key.txt", "le dossier nomme une clé qui n’est pas celle que vous avez donnée")
        trusted = self.keys or own
        previous = GENESIS
        for number, _, root in self.records("roots.jsonl"):
            place = "roots.jsonl, ligne %d" % number
            self.signature(place, root, trusted)
            if root["previous"] != previous:
                self.find("racine", place, "elle nomme %s comme racine précédente, qui est %s" % (root["previous"], previous))
            if self.roots and root["size"] <= self.roots[-1][1]["size"]:
                self.find("racine", place, "elle ne couvre pas plus que la précédente")
            previous = root["root"]
            self.roots.append((place, root))
        if not self.roots:
            self.find("racine", "roots.jsonl", "aucune racine signée : rien ne prouve que la piste est celle d’origine")
        kept = []
        for name, text in self.kept_roots:
            root = root_in(text)
            if root is None:
                self.find("racine", name, "ce fichier ne contient pas de racine signée")
                continue
            self.signature(name, root, trusted)
            kept.append((name, root))
        self.kept_roots = kept
        self.report.counts["racines signées"] = len(self.roots)
        self.report.counts["racines conservées ailleurs"] = len(kept)

    def signature(self, place, root, trusted):
        statement = {key: value for key, value in root.items() if key != "signature"}
        message = b"chapelle root v1\n" + canonical(statement)
        try:
            good = ed25519_verify(bytes.fromhex(root["key"]), message, bytes.fromhex(root["signature"]))
        except ValueError:
            good = False
        if not good:
            self.find("racine", place, "la signature n’est pas celle de la clé %s" % root["key"])
        if root["key"].lower() not in trusted:
            self.find("racine", place, "signée par une clé inconnue : %s" % root["key"])

    # ----------------------------------------------------------------------------------------------------- 2. piste

    def trail(self):
        wanted = {root["size"] for _, root in self.roots + self.kept_roots}
        tree, sequence, previous = Tree(), 0, GENESIS
        for number, _, record in self.records("trail.jsonl"):
            place = "événement %s (ligne %d)" % (record["sequence"], number)
            if record["sequence"] != sequence + 1:
                self.find("piste", place, "il suit l’événement %d : la suite est rompue" % sequence)
            if record["previous"] != previous:
                self.find("piste", place, "il nomme %s comme hash précédent, qui est %s" % (record["previous"], previous))
            computed = sha256(record["previous"].encode() + b"\n" + canonical(record["event"]))
            if computed != record["hash"]:
                self.find("piste", place, "son contenu donne %s, son hash est %s" % (computed, record["hash"]))
            sequence, previous = record["sequence"], record["hash"]
            tree.push(bytes.fromhex(record["hash"]))
            if tree.size in wanted:
                self.computed[tree.size] = tree.root()
                self.heads[tree.size] = record["hash"]
            self.learn(record)
        self.size = tree.size
        self.report.counts["événements"] = tree.size

    def learn(self, record):
        """Ce que la piste dit des factures, du journal et des relevés."""
        event = record["event"]
        action, subject, detail = event["action"], event["subject"], event["detail"]
        if action in ("invoice.issued", "invoice.archived"):
            known = self.invoices.setdefault(subject, {})
            for key, value in detail.items():
                if key.endswith("_sha256") or key == "issue_date":
                    known.setdefault(key, value)
        elif action == "journal.sealed":
            self.journal_seals.append((record["sequence"], detail))
        elif action == "readings.accepted":
            for day, rows in detail.get("days", {}).items():
                self.arrived[day] += rows
                self.arrived_since[day] += rows
        elif action == "readings.sealed":
            self.day_seals[detail["day"]] = (record["sequence"], detail)
            self.arrived_since[detail["day"]] = 0

    def compare_roots(self):
        known = [canonical(root) for _, root in self.roots]
        for place, root in self.roots + self.kept_roots:
            size = root["size"]
            if size not in self.computed:
                what = "elle couvre %d événements au %s, la piste n’en a que %d : la fin manque"
                self.find("racine", place, what % (size, root["day"], self.size))
            elif self.computed[size] != root["root"]:
                what = "les %d premiers événements donnent %s, la racine signée est %s"
                self.find("racine", place, what % (size, self.computed[size], root["root"]))
            elif self.heads[size] != root["head"]:
                self.find("racine", place, "l’événement %d n’est pas %s" % (size, root["head"]))
        for place, root in self.kept_roots:
            if canonical(root) not in known:
                self.find("racine", place, "cette racine, conservée ailleurs, n’est pas dans le dossier")
        last = self.roots[-1][1]["size"] if self.roots else 0
        if self.size > last:
            self.report.note("%d événements suivent la dernière racine signée ; la prochaine les couvrira" % (self.size - last))

    # --------------------------------------------------------------------------------------------------- 6. journal

    def journal(self):
        seals, stretch, last = collections.deque(self.journal_seals), [], 0
        count = 0
        for number, line, entry in self.records("journal.jsonl"):
            count += 1
            place = "%s %s (ligne %d)" % (entry["journal"], entry["document"], number)
            if entry["id"] <= last:
                self.find("journal", place, "l’écriture %d suit la %d" % (entry["id"], last))
            last = entry["id"]
            debit = sum(cents(side["debit"]) for side in entry["lines"])
            credit = sum(cents(side["credit"]) for side in entry["lines"])
            if debit != credit or not entry["lines"]:
                self.find("journal", place, "débits %s − crédits %s = %s" % (euros(debit), euros(credit), euros(debit - credit)))
            while seals and seals[0][1]["through"] < entry["id"]:
                self.stretch(seals.popleft(), stretch)
                stretch = []
            stretch.append(line)
            self.entries.setdefault(entry["document"], []).append(entry)
        while seals:
            self.stretch(seals.popleft(), stretch)
            stretch = []
        if stretch:
            self.report.note("%d écritures suivent le dernier scellé du journal ; le prochain les couvrira" % len(stretch))
        self.report.counts["écritures"] = count

    def stretch(self, sealed, lines):
        sequence, seal = sealed
        place = "écritures %d à %d" % (seal["from"], seal["through"])
        if len(lines) != seal["entries"]:
            self.find("journal", place, "l’événement %d en scelle %d, il y en a %d" % (sequence, seal["entries"], len(lines)))
        elif merkle_root(lines) != seal["root"]:
            self.find("journal", place, "ce ne sont pas les écritures que l’événement %d a scellées" % sequence)

    # -------------------------------------------------------------------------------------------------- 4. factures

    def documents(self):
        expected = [number for number, known in self.invoices.items() if str(known.get("issue_date", ""))[:4] == str(self.year)]
        self.numbering()
        for number in expected:
            self.document(number, self.invoices[number])
        names = {"invoices/%s.%s" % (number, kind) for number in expected for kind in ("json", "pdf", "xml")}
        for name in self.names:
            if name.startswith("invoices/") and name not in names:
                self.find("facture", name, "la piste ne connaît pas ce document")
        self.report.counts["factures"] = len(expected)

    def numbering(self):
        """Sans trou dans chaque série et chaque année, d’après la piste."""
        positions = collections.OrderedDict()
        for number in self.invoices:
            parts = re.fullmatch(r"(.*?)(\d{4})(\d{6,})", number)
            if parts is None:
                self.find("facture", number, "ce numéro n’est pas d’une série")
                continue
            positions.setdefault(parts.group(1, 2), []).append(int(parts.group(3)))
        for (series, year), taken in positions.items():
            missing = sorted(set(range(1, max(taken) + 1)) - set(taken))
            if missing:
                self.find("facture", "série %s %s" % (series, year), "numéros manquants : %s" % ", ".join(map(str, missing[:20])))

    def document(self, number, known):
        content = None
        for kind, key in (("json", "content_sha256"), ("pdf", "pdf_sha256"), ("xml", "xml_sha256")):
            name = "invoices/%s.%s" % (number, kind)
            if name not in self.names:
                self.find("facture", name, "la piste dit qu’elle a été émise, le document manque")
                continue
            data = self.read(name)
            if key not in known:
                self.find("facture", name, "la piste n’en donne pas le SHA-256")
            elif sha256(data) != known[key]:
                self.find("facture", name, "SHA-256 %s, la piste dit %s" % (sha256(data), known[key]))
            elif kind == "json":
                content = json.loads(data.decode("utf-8"))
            elif kind == "xml" and content is not None:
                self.xml(name, data, content)
        if content is not None:
            self.content(number, content)

    def content(self, number, invoice):
        totals = {key: cents(value) for key, value in invoice["totals"].items()}
        lines = sum(cents(charge["net"]) for charge in invoice["charges"])
        tax = sum(cents(group["tax"]) for group in invoice["vat"])
        if invoice["number"] != number:
            self.find("facture", number, "son contenu porte le numéro %s" % invoice["number"])
        if lines != totals["net"] or tax != totals["tax"] or lines + tax != totals["gross"]:
            what = "lignes %s + TVA %s = %s ; totaux %s + %s = %s"
            said = [euros(totals[key]) for key in ("net", "tax", "gross")]
            self.find("facture", number, what % tuple([euros(lines), euros(tax), euros(lines + tax)] + said))
        if totals["gross"] == 0 and all(cents(charge["net"]) == 0 for charge in invoice["charges"]):
            return
        sign = -1 if invoice["kind"] == "credit-note" else 1
        buyer = invoice["buyer"]["code"]
        sides = [side for entry in self.entries.get(number, []) for side in entry["lines"] if side["auxiliary"] == buyer]
        owed = sum(cents(side["debit"]) - cents(side["credit"]) for side in sides)
        if number not in self.entries:
            self.find("facture", number, "elle n’est pas au journal")
        elif owed != sign * totals["gross"]:
            what = "le journal porte %s au compte de %s, la facture %s"
            self.find("facture", number, what % (euros(owed), buyer, euros(sign * totals["gross"])))

    def xml(self, name, data, invoice):
        tree = xml.etree.ElementTree.fromstring(data)
        for tag, key in (("TaxBasisTotalAmount", "net"), ("TaxTotalAmount", "tax"), ("GrandTotalAmount", "gross")):
            found = [element.text for element in tree.iter() if element.tag.split("}")[-1] == tag]
            if not found or cents(found[0]) != cents(invoice["totals"][key]):
                self.find("facture", name, "%s vaut %s dans le XML, %s dans le contenu figé" % (tag, found, invoice["totals"][key]))

    # --------------------------------------------------------------------------------------------------- 5. relevés

    def months(self):
        """Du mois d’avant le premier mois facturé ou régularisé dans l’année, à décembre."""
        first = "%04d-01" % self.year
        for name in self.names:
            if name.startswith("invoices/") and name.endswith(".json"):
                try:
                    invoice = json.loads(self.read(name).decode("utf-8"))
                    regards = [invoice["month"]]
                    regards += [charge["kind"]["month"] for charge in invoice["charges"] if "month" in charge["kind"]]
                    first = min([first] + regards)
                except (ValueError, KeyError, TypeError):
                    pass  # dit ailleurs
        year, month = int(first[:4]), int(first[5:7])
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        while year <= self.year:
            yield "%04d-%02d" % (year, month)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)

    def readings(self):
        months = list(self.months())
        for day, rows in self.arrived.items():
            if day in self.day_seals:
                sequence, seal = self.day_seals[day]
                before = rows - self.arrived_since[day]
                if before > seal["readings"] + seal["corrections"]:
                    what = "la piste a vu arriver %d relevés, l’événement %d n’en scelle que %d"
                    self.find("relevés", day, what % (before, sequence, seal["readings"] + seal["corrections"]))
        days = collections.Counter()
        for month in months:
            self.month(month, days)
        expected = set()
        for month in months:
            expected |= {"readings/%s%s" % (month, end) for end in (".csv", "-corrections.jsonl", "-digests.csv")}
        for name in self.names:
            if name.startswith("readings/") and name not in expected:
                self.find("relevés", name, "fichier inattendu")
        for day in sorted(self.day_seals):
            if day[:7] in months and days[day] != 1:
                self.find("relevés", day, "ce jour est scellé dans la piste, ses relevés manquent")
        self.report.counts["jours de relevés"] = sum(days.values())

    def month(self, month, days):
        name = "readings/%s.csv" % month
        corrections = self.corrections(month)
        written = [DIGESTS_HEADER]
        if name in self.names:
            lines = self.lines(name)
            header = next(lines, (0, b""))[1]
            if header != READINGS_HEADER:
                self.find("relevés", name, "la première ligne n’est pas %s" % READINGS_HEADER.decode().strip())
            self.days(name, month, lines, corrections, written, days)
        for day in sorted(corrections):
            self.find("relevés", day, "des corrections sans relevés")
        digests = "readings/%s-digests.csv" % month
        if name in self.names and digests not in self.names:
            self.find("relevés", digests, "le fichier manque")
        elif digests in self.names and self.read(digests) != "".join(written).encode("utf-8"):
            self.find("relevés", digests, "les condensats listés ne sont pas ceux des relevés")

    def days(self, name, month, lines, corrections, written, days):
        """Lit les relevés d’un mois jour par jour : un condensat par compteur, qui grandit avec les lignes."""
        day, meters, last = None, {}, ("", "")
        for number, line in lines:
            text = line.decode("utf-8")
            at, meter = text[:20], first_field(text[21:])
            if text[20:21] != "," or at[:7] != month:
                self.find("relevés", "%s, ligne %d" % (name, number), "ce n’est pas un relevé de %s" % month)
                continue
            if (at, meter) <= last:
                self.find("relevés", "%s, ligne %d" % (name, number), "les lignes ne sont pas dans l’ordre")
            last = (at, meter)
            if at[:10] != day:
                self.close(day, meters, corrections, written, days)
                day, meters = at[:10], {}
            count, digest = meters.get(meter) or (0, hashlib.sha256())
            digest.update(line)
            meters[meter] = (count + 1, digest)
        self.close(day, meters, corrections, written, days)

    def close(self, day, meters, corrections, written, days):
        if day is None:
            return
        days[day] += 1
        corrected = corrections.pop(day, {})
        lines = []
        for meter in sorted(set(meters) | set(corrected), key=lambda code: code.encode("utf-8")):
            count, digest = meters.get(meter) or (0, hashlib.sha256())
            for line in corrected.get(meter, []):
                digest.update(line)
            fields = (day, csv_field(meter), count, len(corrected.get(meter, [])), digest.hexdigest())
            lines.append("%s,%s,%d,%d,%s" % fields)
        written.extend(line + "\n" for line in lines)
        if day not in self.day_seals:
            self.find("relevés", day, "la piste ne scelle pas ce jour")
            return
        sequence, seal = self.day_seals[day]
        if self.arrived_since[day]:
            self.report.note("%s : %d relevés sont arrivés après le scellé ; le prochain les couvrira" % (day, self.arrived_since[day]))
        elif merkle_root(line.encode("utf-8") for line in lines) != seal["root"]:
            what = "ce ne sont pas les relevés que l’événement %d a scellés (%d relevés alors, %d ici)%s"
            count = sum(meter[0] for meter in meters.values())
            self.find("relevés", day, what % (sequence, seal["readings"], count, self.differing(day, lines, seal)))

    def differing(self, day, lines, seal):
        """Les compteurs en cause, si la liste des condensats est encore celle qui a été scellée."""
        try:
            listed = self.read("readings/%s-digests.csv" % day[:7]).decode("utf-8").split("\n")
        except (KeyError, OSError, ValueError):
            return ""
        listed = [line for line in listed if line.startswith(day + ",")]
        if merkle_root(line.encode("utf-8") for line in listed) != seal["root"]:
            return ""
        meters = {first_field(line[11:]) for line in set(listed) ^ set(lines)}
        return " ; compteurs : %s" % ", ".join(sorted(meters))

    def corrections(self, month):
        """Par jour et par compteur, les lignes des corrections dans leur ordre."""
        name = "readings/%s-corrections.jsonl" % month
        found, last = {}, ("", "")
        if name not in self.names:
            return found
        for number, line, correction in self.records(name):
            day, meter = correction["at"][:10], correction["meter"]
            if (day, meter) < last:
                self.find("relevés", "%s, ligne %d" % (name, number), "les lignes ne sont pas dans l’ordre")
            last = (day, meter)
            found.setdefault(day, {}).setdefault(meter, []).append(line + b"\n")
        return found


def first_field(text):
    """Le premier champ d’une ligne de CSV."""
    if not text.startswith('"'):
        return text.split(",", 1)[0]
    field = re.match(r'"((?:[^"]|"")*)"', text)
    if field is None:
        raise ValueError("guillemets non fermés")
    return field.group(1).replace('""', '"')


def csv_field(text):
    if any(character in text for character in '",\r\n'):
        return '"%s"' % text.replace("\r", " ").replace("\n", " ").replace('"', '""')
    return text


def cents(text):
    """Les centimes d’un montant décimal écrit avec deux décimales."""
    if not re.fullmatch(r"-?\d+\.\d\d", text):
        raise ValueError("« %s » n’est pas un montant" % text)
    return int(text.replace(".", ""))


def euros(amount):
    return "%s%d.%02d" % ("-" if amount < 0 else "", abs(amount) // 100, abs(amount) % 100)


def root_in(text):
    """La racine signée que contient un fichier : sa ligne de JSON, où qu’elle soit dans un courriel enregistré."""
    import quopri

    for candidate in (text, quopri.decodestring(text.encode("utf-8")).decode("utf-8", "replace")):
        for line in candidate.splitlines():
            try:
                root = json.loads(line)
            except ValueError:
                continue
            if isinstance(root, dict) and {"root", "size", "signature", "key", "previous", "day", "head"} <= set(root):
                return root
    return None


def verify(pack, kept_roots=(), keys=()):
    """Vérifie un dossier ; `kept_roots` sont des couples (nom, texte), `keys` des clés publiques en hexadécimal."""
    return Verifier(pack, kept_roots, keys).run()


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Vérifie un dossier de preuves de Chapelle, sans Chapelle.")
    parser.add_argument("dossier", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="fichier ZIP ou dossier")
    parser.add_argument("--root", action="append", default=[], metavar="FICHIER", help="racine signée conservée ailleurs")
    parser.add_argument("--key", metavar="FICHIER", help="clé publique de confiance")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        pack = pack_at(options.dossier)
        kept = [(path, open(path, encoding="utf-8").read()) for path in options.root]
        keys = HEX_KEY.findall(open(options.key, encoding="utf-8").read()) if options.key else []
        if options.key and not keys:
            raise ValueError("%s ne contient pas de clé publique (64 chiffres hexadécimaux)" % options.key)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        print("Impossible de lire : %s" % error, file=sys.stderr)
        return 1
    report = verify(pack, kept, keys)
    print("Vérifié : " + ", ".join("%d %s" % (count, what) for what, count in report.counts.items()) + ".")
    for note in report.notes:
        print("À savoir : %s." % note)
    if not options.root:
        print("À savoir : sans racine conservée ailleurs (--root), une fin de piste coupée puis signée de nouveau ne se voit pas.")
    if not report.findings:
        print("Tout concorde.")
        return 0
    print("%d anomalies :" % len(report.findings))
    for finding in report.findings:
        print("  [%s] %s : %s" % finding)
    return 3


if __name__ == "__main__":
    sys.exit(main())
