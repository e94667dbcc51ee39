# ------------------------------------------------------------------------------------------------------ le journal, le FEC


class Books(Part):
    """Le journal, et le fichier des écritures comptables qui en est tiré."""

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
            what = "%s après le dernier scellé du journal : le prochain en répondra"
            self.report.note(what % counted(len(stretch), "écritures"))
        self.report.counts["écritures"] = count

    def stretch(self, sealed, lines):
        sequence, seal = sealed
        place = "écritures %d à %d" % (seal["from"], seal["through"])
        if len(lines) != seal["entries"]:
            self.find("journal", place, "l’événement %d en scelle %d, il y en a %d" % (sequence, seal["entries"], len(lines)))
        elif merkle_root(lines) != seal["root"]:
            self.find("journal", place, "ce ne sont pas les écritures que l’événement %d a scellées" % sequence)

    # ------------------------------------------------------------------------------------------------ les règlements

    def receipts(self):
        """Règlements, remboursements et imputations que dit la piste contre leurs écritures, et dans l’autre sens."""
        for number, (sequence, detail, day, journal) in self.payments.items():
            found = [entry for entry in self.entries.get(number, []) if entry["journal"] == journal]
            if len(found) != 1:
                what = "l’événement %d dit qu’il a été enregistré, le journal en a %s"
                self.find("règlements", number, what % (sequence, counted(len(found), "écritures")))
                continue
            amount = sum(cents(side["debit"]) for side in found[0]["lines"])
            if amount != cents(detail["amount"]):
                what = "le journal porte %s, l’événement %d dit %s"
                self.find("règlements", number, what % (euros(amount), sequence, detail["amount"]))
            if found[0]["date"] != detail[day]:
                what = "le journal le date du %s, l’événement %d du %s"
                self.find("règlements", number, what % (found[0]["date"], sequence, detail[day]))
        for number, entries in self.entries.items():
            journals = [entry["journal"] for entry in entries]
            is_receipt = RECEIPT_NUMBER.fullmatch(number) and any(name in (RECEIPTS, TRANSFERS) for name in journals)
            if is_receipt and number not in self.payments:
                self.find("règlements", number, "au journal, mais la piste ne dit pas qu’il a été enregistré")
        self.report.counts["règlements"] = len(self.payments)

    def agreement(self):
        """Les comparaisons du rapprochement et de la concordance ; ce qui reste à comptabiliser n’est pas un écart."""
        for name in ("reconciliation-%s-12-31" % self.year, "tie-out-%s" % self.year):
            path = "accounts/%s.json" % name
            if path not in self.names:
                continue
            for one in json.loads(self.read(path).decode("utf-8"))["comparisons"]:
                ledger, other, difference = (cents(one[key]) for key in ("ledger", "other", "difference"))
                place = "%s, compte %s" % (COMPARED.get(one["check"], one["check"]), one["accounts"])
                if ledger - other != difference:
                    what = "%s − %s ne font pas %s"
                    self.find("rapprochement", place, what % (one["ledger"], one["other"], one["difference"]))
                elif difference and one["check"] == "receivables" and self.is_taken_over:
                    self.report.note("%s : écart de %s, des soldes ont été repris" % (place, one["difference"]))
                elif difference and one["check"] in STRICT:
                    what = "la comptabilité dit %s, les pièces %s : écart de %s"
                    self.find("rapprochement", place, what % (one["ledger"], one["other"], one["difference"]))
                elif difference:
                    self.report.note("rapprochement, %s : %s" % (place, self.explained(one, difference)))

    def explained(self, one, difference):
        """Un écart des amortissements, et s’il n’est que ce que les plans disent encore à comptabiliser, ses périodes."""
        name, left, periods = "amortisation/plan-%s-12-31.json" % self.year, 0, set()
        if one["check"] == "depreciation" and name in self.names:
            plan = json.loads(self.read(name).decode("utf-8"))
            for part in (part for asset in plan["assets"] for part in asset["components"]):
                if re.sub("^2", "28", part["account"]) == one["accounts"]:
                    due = [row for row in part["months"] if cents(row["due"])]
                    left += sum(cents(row["due"]) for row in due)
                    periods.update(row["period"] for row in due)
        if left and left == -difference:
            what = "écart de %s, rien d’autre que les dotations de %s, pas encore comptabilisées quand le dossier a été fait"
            return what % (one["difference"], ", ".join(sorted(periods)))
        return "écart de %s entre la comptabilité et les plans" % one["difference"]

    # ------------------------------------------------------------------------------------------------------- le FEC

    def fec(self):
        """Le FEC de l’année, ligne à ligne contre le journal ; les écritures de clôture n’y figurent pas."""
        expected = collections.OrderedDict()
        for entry in self.year_entries():
            expected[(entry["journal"], plain(entry["document"]))] = entry
        names = [name for name in self.names if name.startswith("fec/") and not name.endswith("-description.txt")]
        if len(names) != (1 if expected else 0):
            what = "%s pour %s en %s"
            self.find("FEC", "fec/", what % (counted(len(names), "fichiers"), counted(len(expected), "écritures"), self.year))
        for name in names:
            self.fec_file(name, expected)

    def year_entries(self):
        entries = [entry for found in self.entries.values() for entry in found]
        return [entry for entry in entries if entry["date"][:4] == str(self.year) and entry["journal"] != "CL"]

    def fec_file(self, name, expected):
        lines = self.read(name).decode("utf-8").split("\r\n")
        if lines.pop() != "":
            self.find("FEC", name, "la dernière ligne est coupée")
        if not lines or lines[0].split("\t") != FEC_COLUMNS:
            self.find("FEC", name, "la première ligne ne porte pas les 18 zones de l’article A47 A-1")
        groups, total, last = collections.OrderedDict(), 0, None
        for number, line in enumerate(lines[1:], 2):
            fields = line.split("\t")
            if len(fields) != len(FEC_COLUMNS):
                self.find("FEC", "%s, ligne %d" % (name, number), "%d zones au lieu de 18" % len(fields))
                continue
            key = (fields[0], fields[8])
            if key in groups and key != last:
                self.find("FEC", "%s, ligne %d" % (name, number), "séparée des autres lignes de son écriture")
            last = key
            groups.setdefault(key, []).append((number, fields))
            total += cents(fields[11].replace(",", ".")) - cents(fields[12].replace(",", "."))
        if total:
            self.find("FEC", name, "débits − crédits = %s" % euros(total))
        for key in expected:
            if key not in groups:
                self.find("FEC", "%s %s" % key, "au journal, mais absente du fichier")
        for key, found in groups.items():
            self.fec_entry(name, found, expected.get(key))
        self.fec_numbers(name, [found[0][1][2] for found in groups.values()])
        self.report.counts["lignes du FEC"] = max(len(lines) - 1, 0)

    def fec_entry(self, name, found, entry):
        place = "%s, ligne %d" % (name, found[0][0])
        if entry is None:
            self.find("FEC", place, "aucune écriture du journal n’est %s %s" % (found[0][1][0], found[0][1][8]))
            return
        told = [tuple(fields[zone] for zone in FEC_HELD) for _, fields in found]
        known = [fec_line(entry, side) for side in entry["lines"]]
        if told != known:
            different = [n for n, pair in enumerate(zip(told, known)) if pair[0] != pair[1]] or [min(len(told), len(known))]
            self.find("FEC", place, "la ligne %d de l’écriture n’est pas celle du journal" % (different[0] + 1))

    def fec_numbers(self, name, numbers):
        """À-nouveaux d’abord, puis toutes les autres ; chaque suite sans trou."""
        opening = ["%s-AN-%06d" % (self.year, n + 1) for n in range(sum("-AN-" in number for number in numbers))]
        current = ["%s-%06d" % (self.year, n + 1) for n in range(len(numbers) - len(opening))]
        if numbers != opening + current:
            wrong = [pair[0] for pair in zip(numbers, opening + current) if pair[0] != pair[1]]
            self.find("FEC", name, "l’écriture %s n’est pas à sa place dans la suite" % wrong[0])


RECEIPTS, TRANSFERS = "BQ", "OD"
RECEIPT_NUMBER = re.compile(r"(REG|RBT|IMP)-\d{4}-\d{6,}")
# Les comparaisons, telles que les rapports les appellent.
COMPARED = {
    "receivables": "créances",
    "revenue": "produits",
    "vat": "TVA collectée",
    "payments": "encaissements",
    "invoiced": "factures",
    "credited": "avoirs",
    "journal": "journal",
    "asset-cost": "valeurs brutes",
    "depreciation": "amortissements",
    "impairment": "dépréciations",
    "subsidy-received": "subventions reçues",
    "subsidy-transferred": "subventions transférées",
    "interest-claimed": "intérêts moratoires",
    "depreciation-charged": "dotations",
    "subsidy-income": "quotes-parts de subventions",
    "asset-events": "événements des immobilisations",
}
# Celles qui ne souffrent pas d’écart : des immobilisations peuvent rester à comptabiliser, des factures non.
STRICT = ("receivables", "revenue", "vat", "payments", "invoiced", "credited", "interest-claimed", "journal")
FEC_COLUMNS = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
).split()


# Celles que le journal donne : les libellés des comptes, le lettrage et la date de validation ne sont pas comparés.
FEC_HELD = (3, 4, 6, 9, 10, 11, 12, 16, 17)


def fec_line(entry, side):
    """Dates, compte, auxiliaire, libellé, montants et devise d’une ligne du journal, comme le FEC les écrit."""
    label = plain(side["label"]) or plain(entry["label"]) or plain(entry["document"])
    amounts = (side["debit"].replace(".", ","), side["credit"].replace(".", ","))
    day = entry["date"].replace("-", "")
    return (day, side["account"].ljust(3, "0"), plain(side["auxiliary"] or ""), day, label) + amounts + ("", "")


def plain(text):
    """Un texte sur une ligne, sans ce qui sépare les zones."""
    return "".join(" " if unicodedata.category(character) == "Cc" else character for character in text).strip()
