# ------------------------------------------------------------------------------------------------------ le journal, le FEC


class Stretches:
    """Les tranches scellées d’une sorte, dans l’ordre, et les lignes de celle qui est en cours."""

    def __init__(self, seals):
        self.seals = collections.deque(seals)
        self.lines = []

    def before(self, place):
        """Les tranches qui finissent avant cette écriture, chacune avec ses lignes ; sans écriture, toutes celles qui restent."""
        while self.seals and (place is None or self.seals[0][1]["through"] < place):
            yield self.seals.popleft() + (self.lines,)
            self.lines = []

    def take(self, line):
        if self.seals:
            self.lines.append(line)


class Books(Part):
    """Le journal, et le fichier des écritures comptables qui en est tiré."""

    def journal(self):
        """Chaque écriture équilibrée, d’après l’événement qui l’a passée et le scellé de sa tranche."""
        # Les scellés d’avant ne portaient pas sur les numéros ; le premier qui les tient reprend à la première écriture.
        numbered = Stretches([seal for seal in self.journal_seals if seal[1].get("numbered")])
        former = Stretches([seal for seal in self.journal_seals if not seal[1].get("numbered")])
        sealed_through = max([seal["through"] for _, seal in self.journal_seals], default=0)
        last, count, unsealed, posted, met = 0, 0, 0, set(), set()
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
            self.posting(place, line, entry, posted)
            met.add((entry["journal"], entry["document"]))
            without = canonical({key: value for key, value in entry.items() if key != "number"})
            for stretches, known in ((numbered, line), (former, without)):
                for sealed in stretches.before(entry["id"]):
                    self.stretch(*sealed)
                stretches.take(known)
            unsealed += entry["id"] > sealed_through
            self.entries.setdefault(entry["document"], []).append(entry)
        for stretches in (numbered, former):
            for sealed in stretches.before(None):
                self.stretch(*sealed)
        for key, (sequence, said) in self.postings.items():
            if key not in posted:
                what = "l’événement %d dit qu’elle a été passée sous le numéro %s, le journal ne l’a pas"
                self.find("journal", "%s %s" % key, what % (sequence, said["number"]))
        for key, (sequence, is_certain) in self.posted_documents.items():
            if is_certain and key not in met:
                what = "l’événement %d dit qu’elle a été passée, le journal ne l’a pas"
                self.find("journal", "%s %s" % key, what % sequence)
        if unsealed:
            what = "%s après le dernier scellé du journal : le prochain en répondra"
            self.report.note(what % counted(unsealed, "écritures"))
        self.report.counts["écritures"] = count

    def posting(self, place, line, entry, posted):
        """Une écriture d’après l’événement qui l’a passée : numéro, date, libellé, et le condensat de sa ligne."""
        key = (entry["journal"], entry["document"])
        if key not in self.postings:
            # Dès qu’un événement nomme ce qu’il passe, tous les suivants le font.
            if posted or not self.has_unnamed or key not in self.posted_documents:
                self.find("journal", place, "la piste ne dit pas qu’elle a été passée")
            return
        if key in posted:
            self.find("journal", place, "deux fois au journal")
        posted.add(key)
        sequence, said = self.postings[key]
        different = [name for name in POSTED if entry.get(name) != said[name]]
        for name in different:
            what = "%s : le journal porte %s, l’événement %d dit %s"
            self.find("journal", place, what % (POSTED[name], entry.get(name), sequence, said[name]))
        if not different and sha256(line) != said["sha256"]:
            self.find("journal", place, "ce n’est pas l’écriture que l’événement %d a passée" % sequence)

    def stretch(self, sequence, seal, lines):
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
        fits = [all(wanted in (None, given) for given, wanted in zip(*pair)) for pair in zip(told, known)]
        if not all(fits) or len(told) != len(known):
            different = [n for n, fit in enumerate(fits) if not fit] or [min(len(told), len(known))]
            self.find("FEC", place, "la ligne %d de l’écriture n’est pas celle du journal" % (different[0] + 1))

    def fec_numbers(self, name, numbers):
        """À-nouveaux d’abord, puis toutes les autres ; chaque suite sans trou."""
        opening = ["%s-AN-%06d" % (self.year, n + 1) for n in range(sum("-AN-" in number for number in numbers))]
        current = ["%s-%06d" % (self.year, n + 1) for n in range(len(numbers) - len(opening))]
        if numbers != opening + current:
            wrong = [pair[0] for pair in zip(numbers, opening + current) if pair[0] != pair[1]]
            self.find("FEC", name, "l’écriture %s n’est pas à sa place dans la suite" % wrong[0])


def documents(action, subject, detail):
    """Ce qu’un événement qui ne nomme pas d’écriture peut avoir passé : le journal, la pièce, et si c’est certain."""
    if action == "invoice.issued":
        # Un document qui ne porte que des zéros n’a pas d’écriture.
        amounts = [cents(detail[key]) for key in ("net", "tax", "gross") if isinstance(detail.get(key), str)]
        return [("VE", subject, any(amounts))]
    if action in ("invoice.credited", "invoice.corrected"):
        document = detail.get("credit_note" if action == "invoice.credited" else "corrected")
        return [("VE", document, False)] if document else []
    if action == "year.closed":
        known = [name for name in detail.get("posted", []) if isinstance(name, str)]
        return [("AN" if name.startswith("A-NOUVEAUX-") else "CL", name, True) for name in known]
    if action == "result.allocated":
        return [("OD", "AFFECTATION-%s" % subject, True)]
    if action in ("asset.posted", "depreciation.posted"):
        return [("AM" if subject.startswith("AMORT-") else "IM", subject, True)]
    return [(POSTED_IN[action], subject, True)] if action in POSTED_IN else []


# Ce que l’événement d’une écriture nomme d’elle, en français.
POSTING_ACTIONS = (
    "asset.posted",
    "balances.opened",
    "depreciation.posted",
    "interest.claimed",
    "invoice.issued",
    "payment.corrected",
    "payment.kept",
    "payment.recorded",
    "payment.refunded",
    "payment.repaid",
    "payment.settled",
    "payment.transferred",
    "result.allocated",
    "year.closed",
)
# Le journal de ce que passent les autres.
POSTED_IN = {
    "balances.opened": "AN",
    "interest.claimed": "OD",
    "payment.corrected": "BQ",
    "payment.kept": "BQ",
    "payment.recorded": "BQ",
    "payment.refunded": "BQ",
    "payment.repaid": "BQ",
    "payment.settled": "OD",
    "payment.transferred": "OD",
}
POSTED = {"number": "numéro", "date": "date", "label": "libellé"}
RECEIPTS, TRANSFERS = "BQ", "OD"
RECEIPT_NUMBER = re.compile(r"(REG|RBT|IMP|CPT)-\d{4}-\d{6,}")
# Les comparaisons, telles que les rapports les appellent.
COMPARED = {
    "receivables": "créances",
    "revenue": "produits",
    "vat": "TVA collectée",
    "payments": "encaissements",
    "on-account": "sommes gardées en compte",
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
STRICT = ("receivables", "revenue", "vat", "payments", "on-account", "invoiced", "credited", "interest-claimed", "journal")
FEC_COLUMNS = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
).split()

FEC_MEANINGS = (
    "code du journal",
    "libellé du journal",
    "numéro de l’écriture, sur une séquence continue par exercice (AN : reprise des soldes)",
    "date de comptabilisation",
    "numéro de compte",
    "libellé du compte",
    "compte auxiliaire : l’hébergé, ou l’immobilisation et son composant",
    "libellé du compte auxiliaire",
    "référence de la pièce justificative",
    "date de la pièce justificative",
    "libellé de l’écriture",
    "montant au débit",
    "montant au crédit",
    "lettrage, à blanc si non utilisé",
    "date de lettrage, à blanc si non utilisée",
    "date de validation",
    "montant en devise, toujours à blanc : toutes les écritures sont en euros",
    "identifiant de la devise, toujours à blanc",
)
# Le descriptif du fichier, jusqu’à la liste des zones.
FEC_DESCRIBED = (
    "Description du fichier %s.txt (livre des procédures fiscales, article A47 A-1, XI)",
    "",
    "Jeu de caractères : UTF-8. Fichier à plat, une ligne par ligne d’écriture, zones de longueur variable séparées",
    "par une tabulation, enregistrements séparés par retour chariot et fin de ligne, première ligne : noms des zones.",
    "Montants en euros, virgule décimale, sans séparateur de milliers. Dates : AAAAMMJJ.",
    "Les écritures de reprise des soldes viennent en premier, puis toutes les autres dans l’ordre de leur validation.",
    "Les écritures de solde des comptes à la clôture n’y figurent pas.",
    "",
    "Zones",
)


# Celles que le journal donne : les libellés des comptes, le lettrage et la date de validation ne sont pas comparés.
FEC_HELD = (1, 2, 3, 4, 6, 9, 10, 11, 12, 16, 17)
JOURNALS = collections.OrderedDict(
    AN="À-nouveaux",
    VE="Ventes",
    BQ="Banque",
    OD="Opérations diverses",
    AM="Amortissements",
    IM="Immobilisations",
    CL="Clôture",
)


def fec_line(entry, side):
    """Ce que le FEC dit d’une ligne : libellé du journal, numéro, dates, compte, auxiliaire, libellé, montants, devise."""
    label = plain(side["label"]) or plain(entry["label"]) or plain(entry["document"])
    amounts = (side["debit"].replace(".", ","), side["credit"].replace(".", ","))
    day = entry["date"].replace("-", "")
    # Le journal d’un dossier d’avant ne dit pas les numéros : seule leur suite en répond, dans fec_numbers().
    head = (JOURNALS.get(entry["journal"], ""), entry.get("number"))
    return head + (day, side["account"].ljust(3, "0"), plain(side["auxiliary"] or ""), day, label) + amounts + ("", "")


def fec_description(stem, journals):
    """Le descriptif d’un FEC, à l’octet près : ses zones, et les journaux de l’année."""
    zones = ["%2d. %s : %s" % (place, *zone) for place, zone in enumerate(zip(FEC_COLUMNS, FEC_MEANINGS), 1)]
    codes = ["%s : %s" % (code, name) for code, name in JOURNALS.items() if code in journals]
    lines = [FEC_DESCRIBED[0] % stem, *FEC_DESCRIBED[1:], *zones, "", "Codes des journaux", *codes]
    return "".join(line + "\r\n" for line in lines).encode("utf-8")


def plain(text):
    """Un texte sur une ligne, sans ce qui sépare les zones."""
    return "".join(" " if unicodedata.category(character) == "Cc" else character for character in text).strip()
