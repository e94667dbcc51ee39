# ------------------------------------------------------------------------------------------------------ les rapports


class Reports(Part):
    """Ce que le dossier doit contenir, la balance d’après le journal, et le CSV de chaque rapport contre son JSON."""

    def required(self):
        """Chaque fichier d’un dossier complet : en retirer un, manifeste compris, ne passe pas."""
        wanted = list(ALWAYS)
        if self.entries or self.invoices or "book/book.toml" in self.names:
            wanted += ["book/book.toml", "amortisation/assets-and-decisions.toml"]
            stems = [stem % {"year": self.year} for stem in REPORTS]
            payback = PAYBACK % {"year": self.year}
            if any(name.startswith(payback) for name in self.names):
                stems.append(payback)
            wanted += ["%s.%s" % (stem, kind) for stem in stems for kind in ("pdf", "xlsx", "csv", "json")]
        fec = [name for name in self.names if name.startswith("fec/")]
        for name in fec:
            wanted.append(name if name.endswith(DESCRIPTION) else name[: -len(".txt")] + DESCRIPTION)
        for name in wanted:
            if name not in self.names:
                self.find("contenu", name, "un dossier complet le contient, celui-ci non")
        if not any(name.startswith("payback/") for name in self.names):
            self.report.note("le dossier ne contient pas de retour sur investissement")

    def json_of(self, name):
        """Un rapport en JSON, écrit comme Chapelle l’écrit : à l’octet près."""
        data = self.read(name)
        value = json.loads(data.decode("utf-8"))
        if (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8") != data:
            self.find("rapports", name, "ce JSON n’est pas écrit comme il l’a été : une clé en double ou un octet changé")
        return value

    def tables(self):
        """Le CSV de chaque rapport dit, ligne à ligne et montant à montant, ce que dit son JSON."""
        kinds = (balance_rows, comparison_rows, comparison_rows, plan_rows, movement_rows, funding_rows, payback_rows)
        for stem, rows in zip(REPORTS + (PAYBACK,), kinds):
            stem = stem % {"year": self.year}
            if stem + ".json" not in self.names or stem + ".csv" not in self.names:
                continue
            try:
                self.table(stem + ".csv", rows(self.json_of(stem + ".json")))
            except Exception as error:
                self.find("rapports", stem, "illisible : %s" % said(error))

    def table(self, name, expected):
        text = self.read(name).decode("utf-8")
        if not text.startswith("\ufeff") or not text.endswith("\r\n"):
            self.find("rapports", name, "le début ou la fin du fichier manque")
        found = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=";"))
        header, found = (found[:1] or [[]])[0], found[1:]
        if "/plan-" in name and IMPAIRED not in header:
            # Un dossier d’avant cette colonne.
            expected = [row[:AT_IMPAIRED] + row[AT_IMPAIRED + 1 :] for row in expected]
        if len(found) != len(expected):
            self.find("rapports", name, "%s, le JSON en donne %d" % (counted(len(found), "lignes"), len(expected)))
        for number, (row, known) in enumerate(zip(found, expected), 2):
            fits = len(row) == len(known) and all(wanted in (None, given) for given, wanted in zip(row, known))
            if not fits:
                self.find("rapports", "%s, ligne %d" % (name, number), "ce n’est pas ce que dit le JSON")

    def balance(self):
        """La balance de l’année, refaite d’après le journal."""
        name = (BALANCE % {"year": self.year}) + ".json"
        if name not in self.names:
            return
        report = json.loads(self.read(name).decode("utf-8"))
        first, last = "%s-01-01" % self.year, "%s-12-31" % self.year
        if (report["from"], report["through"]) != (first, last):
            self.find("balance", name, "elle va du %s au %s" % (report["from"], report["through"]))
        listed = [(row["account"], tuple(cents(row[key]) for key in SIDES)) for row in report["accounts"]]
        known = self.trial_balance(first, last)
        for account, sides in listed:
            if sides != known.get(account):
                self.find("balance", account, "ce ne sont pas les montants du journal")
        for account in known:
            if account not in dict(listed):
                self.find("balance", account, "au journal, mais absent de la balance")
        if [account for account, _ in listed] != sorted(known):
            self.find("balance", name, "les comptes ne sont pas dans l’ordre, ou l’un y est deux fois")
        totals = tuple(cents(report["total"][key]) for key in SIDES)
        if totals != tuple(map(sum, zip(*known.values()))) and (known or any(totals)):
            self.find("balance", "total", "ce n’est pas la somme des comptes")

    def trial_balance(self, first, last):
        """Par compte : à nouveau débiteur et créditeur, débit, crédit, solde débiteur et créditeur."""
        opening, debit, credit, moved = (collections.Counter() for _ in range(4))
        for entry in (entry for found in self.entries.values() for entry in found):
            if entry["date"] > last or (entry["journal"] == "CL" and entry["date"] >= first):
                continue
            opens = entry["date"] < first or (entry["journal"] == "AN" and entry["date"] == first)
            for side in entry["lines"]:
                account, sides = side["account"], (cents(side["debit"]), cents(side["credit"]))
                if opens:
                    opening[account] += sides[0] - sides[1]
                    continue
                moved[account] += 1
                debit[account] += sides[0]
                credit[account] += sides[1]
        found = {}
        for account in set(opening) | set(moved):
            before, after = opening[account], opening[account] + debit[account] - credit[account]
            if before or moved[account]:
                sides = (max(before, 0), max(-before, 0), debit[account], credit[account], max(after, 0), max(-after, 0))
                found[account] = sides
        return found

    def descriptions(self):
        """Le descriptif du FEC est celui de son fichier, mot pour mot ; les immobilisations sont celles du livre."""
        entries = [entry for found in self.entries.values() for entry in found]
        journals = {entry["journal"] for entry in entries if entry["date"][:4] == str(self.year)}
        for name in self.names:
            if name.startswith("fec/") and name.endswith(DESCRIPTION):
                if self.read(name) != fec_description(name[len("fec/") : -len(DESCRIPTION)], journals):
                    self.find("FEC", name, "ce n’est pas le descriptif de son fichier : une zone, un journal ou une phrase diffère")
        assets, book = "amortisation/assets-and-decisions.toml", "book/book.toml"
        if assets in self.names and book in self.names:
            if said_of_assets(self.read(assets)) != said_of_assets(self.read(book)):
                self.find("livre", assets, "ce n’est pas ce que dit %s" % book)


ALWAYS = ("LISEZMOI.md", "README.md", "verify.py", "public-key.txt", "roots.jsonl", "trail.jsonl", "journal.jsonl")
DESCRIPTION = "-description.txt"
BALANCE = "accounts/balance-%(year)s"
PAYBACK = "payback/payback-%(year)s-12-31"
REPORTS = (
    BALANCE,
    "accounts/reconciliation-%(year)s-12-31",
    "accounts/tie-out-%(year)s",
    "amortisation/plan-%(year)s-12-31",
    "amortisation/movements-%(year)s",
    "amortisation/funding-%(year)s",
)
SIDES = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")
# Les montants d’une ligne de plan, dans l’ordre des colonnes, puis ceux de sa subvention.
PLANNED = "base gross_value charge exits cumulative impairment net_book_value posted due to_come difference".split()
GRANTED = "received income exits cumulative remaining posted due to_come difference".split()
IMPAIRED = "Dépréciation"
AT_IMPAIRED = 8 + PLANNED.index("impairment")
MOVED = (
    "gross_opening gross_additions gross_transfers gross_exits gross_closing depreciation_opening depreciation_charges "
    "depreciation_exits depreciation_closing impairment_opening impairment_charges impairment_reversals "
    "impairment_exits impairment_closing net_opening net_closing"
).split()
PAID_BACK = (
    "revenue hosting_avoided heat_sold energy maintenance staff other net_gain investment renewal total cumulative "
    "discounted low high"
).split()


class Ending(str):
    """La fin d’un texte dont le début n’est que dans le CSV."""

    def __eq__(self, other):
        return isinstance(other, str) and other.endswith(str(self))

    __hash__ = str.__hash__


def said_of_assets(data):
    """Les lignes des tables des immobilisations d’un livre, sans les lignes vides."""
    found, is_asset = [], False
    for line in data.decode("utf-8").splitlines():
        if line.startswith("["):
            is_asset = re.match(r"\[\[?asset[.\]]", line) is not None
        if is_asset and line.strip():
            found.append(line)
    return found


def told(value):
    """Un montant ou une date comme le CSV français l’écrit."""
    return value.replace(".", ",")


def text(value):
    """Un texte comme le CSV l’écrit : une apostrophe devant ce qu’un tableur prendrait pour une formule."""
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def columns(row, keys):
    return [told(row[key]) for key in keys]


def balance_rows(report):
    return [[row["account"], text(row["name"])] + columns(row, SIDES) for row in report["accounts"]]


def comparison_rows(report):
    keys = ("ledger", "other", "difference")
    rows = report["comparisons"]
    return [[None, one["accounts"], told(one["ledger"]), Ending("(%d)" % one["count"])] + columns(one, keys[1:]) for one in rows]


def plan_rows(report):
    """Par année, puis par mois : le total, puis les immobilisations, puis les composants de toutes."""
    whole = [("", "", "", "", report["total"])]
    for asset in report["assets"]:
        whole.append((asset["code"], "", asset["name"], asset["account"], asset))
    for asset in report["assets"]:
        for part in asset["components"]:
            whole.append((asset["code"], part["code"], part["name"], part["account"], part))
    rows = []
    for step in ("years", "months"):
        for asset, component, name, account, plan in whole:
            for row in plan[step]:
                head = [None, None, asset, component, text(name), account, str(row["period"]), None]
                rows.append(head + columns(row, PLANNED) + columns(row["subsidy"], GRANTED))
    for posting in report["unknown_postings"]:
        rows.append([None, None, posting["asset"], posting["component"]] + [None] * (4 + len(PLANNED) + len(GRANTED)))
    return rows


def movement_rows(report):
    rows = []
    for account in report["accounts"]:
        number = account["account"]
        rows.append([None, number, "", "", text(account["name"])] + columns(account["total"], MOVED))
        for line in account["lines"]:
            head = [None, number, text(line["asset"]), text(line["component"] or ""), text(line["name"])]
            rows.append(head + columns(line, MOVED))
    return rows + [[None, None, "", "", ""] + columns(report["total"], MOVED)]


def funding_rows(report):
    keys = ("received", "taken_before", "taken_in_year", "left")
    rows = []
    for asset in report["assets"]:
        rows.append([None, text(asset["asset"]), text(asset["name"]), "", ""] + columns(asset["total"], keys))
        for one in asset["subsidies"]:
            head = [None, text(asset["asset"]), text(one["grantor"]) or None, text(one["reference"] or ""), one["date"] or ""]
            rows.append(head + columns(one, keys))
    return rows + [[None, None, "", "", ""] + columns(report["total"], keys)]


def payback_rows(report):
    return [[row["month"], None] + columns(row, PAID_BACK) + [None] for row in report["months"]]
