# ----------------------------------------------------------------------------------------------- le manifeste, la piste


def is_manifest(value):
    """Vrai si une valeur a la forme d’un manifeste."""
    if not isinstance(value, dict) or not isinstance(value.get("year"), int) or not isinstance(value.get("files"), list):
        return False
    shape = {"path": str, "bytes": int, "sha256": str}
    entries = [entry for entry in value["files"] if isinstance(entry, dict)]
    fits = all(isinstance(entry.get(key), kind) for entry in entries for key, kind in shape.items())
    return fits and len(entries) == len(value["files"])


class Trail(Part):
    """Le manifeste, les racines signées et la piste."""

    def manifest(self):
        manifest = self.manifest_as_written()
        if manifest is None:
            return
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
            if name not in listed and name not in ("manifest.json", MANIFEST_SEAL):
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

    def manifest_as_written(self):
        """Le manifeste, s’il en est un ; sinon l’anomalie est dite."""
        try:
            manifest = parse(self.read("manifest.json"))
        except (ValueError, RecursionError) as error:
            self.find("manifeste", "manifest.json", "illisible : %s" % said(error))
            return None
        if not is_manifest(manifest):
            what = "ce n’est pas un manifeste : il y faut « year » et « files », et pour chaque fichier « path », « bytes » et « sha256 »"
            self.find("manifeste", "manifest.json", what)
            return None
        return manifest

    def manifest_seal(self):
        """La signature du manifeste : elle couvre tout ce que le dossier contient, octet par octet."""
        if MANIFEST_SEAL not in self.names:
            self.find("sceau", MANIFEST_SEAL, "le manifeste n’est pas signé")
            return
        try:
            seal = json.loads(self.read(MANIFEST_SEAL).decode("utf-8"))
        except (ValueError, RecursionError) as error:
            self.find("sceau", MANIFEST_SEAL, "illisible : %s" % said(error))
            return
        if not isinstance(seal, dict) or not all(isinstance(seal.get(part), str) for part in ("key", "signature")):
            self.find("sceau", MANIFEST_SEAL, "ce n’est pas un sceau : il y faut « key » et « signature », en hexadécimal")
            return
        message = b"chapelle manifest v1\n" + self.read("manifest.json")
        try:
            good = ed25519_verify(bytes.fromhex(seal["key"]), message, bytes.fromhex(seal["signature"]))
        except ValueError:
            good = False
        if not good:
            self.find("sceau", MANIFEST_SEAL, "la signature n’est pas celle du manifeste par la clé %s" % seal["key"])
        if seal["key"].lower() not in self.trusted:
            self.find("sceau", MANIFEST_SEAL, "signé par une clé inconnue : %s" % seal["key"])

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
        trusted = self.trusted = self.keys or own
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
        """Ce que la piste dit des factures, des règlements, du journal, des relevés, des pièces et des rapports conservés."""
        event = record["event"]
        action, subject, detail = event["action"], event["subject"], event["detail"]
        # Depuis qu’un événement nomme les écritures qu’il passe, avec leur numéro et leur condensat.
        named = detail.get("postings", []) if isinstance(detail, dict) else []
        # Une écriture passée avant cela est excusée ; il n’y en a que si un événement en a passé sans la nommer.
        self.has_unnamed |= action in POSTING_ACTIONS and not named and not self.postings
        if not named:
            for document in documents(action, subject, detail):
                sequence, known = self.posted_documents.get(document[:2], (record["sequence"], False))
                self.posted_documents[document[:2]] = (sequence, known or document[2])
        for posting in named:
            self.postings.setdefault((posting["journal"], posting["document"]), (record["sequence"], posting))
        if action in ("invoice.issued", "invoice.archived"):
            known = self.invoices.setdefault(subject, {})
            for key, value in detail.items():
                if key.endswith("_sha256") or key == "issue_date":
                    known.setdefault(key, value)
        elif action == "payment.recorded":
            self.payments[subject] = (record["sequence"], detail, "received_on", RECEIPTS)
        elif action == "payment.kept":
            self.payments[subject] = (record["sequence"], detail, "kept_on", RECEIPTS)
        elif action == "payment.corrected":
            self.payments[subject] = (record["sequence"], detail, "corrected_on", RECEIPTS)
        elif action == "payment.repaid":
            self.payments[subject] = (record["sequence"], detail, "repaid_on", RECEIPTS)
        elif action == "payment.settled":
            self.payments[subject] = (record["sequence"], detail, "settled_on", TRANSFERS)
        elif action == "payment.refunded":
            self.payments[subject] = (record["sequence"], detail, "refunded_on", RECEIPTS)
        elif action == "payment.transferred":
            self.payments[subject] = (record["sequence"], detail, "transferred_on", TRANSFERS)
        elif action == "balances.opened":
            self.is_taken_over = True
        elif action == "journal.sealed":
            self.journal_seals.append((record["sequence"], detail))
        elif action.startswith("asset.") and isinstance(detail, dict) and "number" in detail and "event" in detail:
            self.asset_events[(subject, detail["number"])] = (record["sequence"], action, detail["event"])
        elif action == "asset.file_attached":
            self.papers[detail["path"]] = (record["sequence"], detail["sha256"])
        elif action == "report.archived" and detail["as_of"][:4] == str(self.year):
            self.kept_reports[subject] = (record["sequence"], detail["sha256"])
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
            what = "%s après la dernière racine signée : la prochaine en répondra"
            self.report.note(what % counted(self.size - last, "événements"))
