# ---------------------------------------------------------------------------------------------- les immobilisations

EVENT_KEYS = ("effective_on", "recorded_on", "recorded_by", "reason", "decision", "change")


class Assets(Part):
    """Les pièces et les rapports conservés contre la piste ; les plans et les mouvements contre le journal."""

    def kept_files(self):
        for folder, known, what in (("assets/", self.papers, "pièces"), ("reports/", self.kept_reports, "rapports conservés")):
            for path, (sequence, digest) in known.items():
                if path not in self.names:
                    self.find(what, path, "l’événement %d l’a conservé, le fichier manque" % sequence)
                elif self.digest(path)[0] != digest:
                    self.find(what, path, "SHA-256 %s, l’événement %d dit %s" % (self.digest(path)[0], sequence, digest))
            for name in self.names:
                if name.startswith(folder) and name not in known:
                    self.find(what, name, "la piste ne connaît pas ce fichier")
            self.report.counts[what] = len(known)

    def plans(self):
        """Chaque plan au 31 décembre : sommes, lignes, et ce qui est comptabilisé selon le journal."""
        name = "amortisation/plan-%s-12-31.json" % self.year
        if name not in self.names:
            if any(entry["journal"] == "AM" for entry in self.year_entries()):
                self.find("plans", name, "des dotations sont au journal, le plan manque")
            return
        plan = json.loads(self.read(name).decode("utf-8"))
        posted = self.posted(plan["as_of"])
        for asset in plan["assets"]:
            for component in asset["components"]:
                place = "%s/%s" % (asset["code"], component["code"])
                self.rows(place, component)
                if cents(component["position"]["posted"]) != posted.get(place, 0):
                    what = "le plan dit %s comptabilisés, le journal %s"
                    self.find("plans", place, what % (component["position"]["posted"], euros(posted.get(place, 0))))
            self.happened(asset)
            self.left_out(asset)
            self.rows(asset["code"], asset)
            self.sums(asset["code"], asset, asset["components"])
        for code in sorted({code for code, _ in self.asset_events} - {asset["code"] for asset in plan["assets"]}):
            self.find("plans", code, "la piste dit ce qui lui est arrivé, le plan ne l’a pas")
        self.rows("total", plan["total"])
        self.sums("total", plan["total"], plan["assets"])
        self.report.counts["immobilisations"] = len(plan["assets"])

    def happened(self, asset):
        """Les événements du plan contre la piste ; un retrait y figure toujours, et retire ce que le plan dit retiré."""
        withdrawals = {}
        for event in asset.get("events", []):
            if event.get("change", {}).get("kind") == "withdraw":
                withdrawals[event["change"].get("event")] = event["number"]
        for event in asset.get("events", []):
            place = "%s, événement %d" % (asset["code"], event["number"])
            known = self.asset_events.get((asset["code"], event["number"]))
            if known:
                sequence, _, said = known
                if any(event.get(key) != said.get(key) for key in EVENT_KEYS):
                    self.find("plans", place, "il n’est pas ce que dit l’événement %d de la piste" % sequence)
            by = event.get("withdrawn_by")
            if by != withdrawals.get(event["number"]):
                what = "le plan le dit retiré par l’événement %s, ses propres événements par %s"
                self.find("plans", place, what % (by or "–", withdrawals.get(event["number"]) or "–"))
            if by is not None:
                _, action, said = self.asset_events.get((asset["code"], by), (0, "", {}))
                if action != "asset.withdrawn" or said.get("change", {}).get("event") != event["number"]:
                    self.find("plans", place, "le plan le dit retiré par l’événement %d, la piste ne le dit pas" % by)

    def left_out(self, asset):
        """Ce que la piste dit de l’immobilisation et que le plan omet, retraits compris."""
        shown = {event["number"] for event in asset.get("events", [])}
        for (code, number), (sequence, _, _) in self.asset_events.items():
            if code == asset["code"] and number not in shown:
                place = "%s, événement %d" % (code, number)
                self.find("plans", place, "l’événement %d de la piste le dit, le plan ne l’a pas" % sequence)

    def posted(self, through):
        """Par composant, ce que les comptes 28 du journal des amortissements ont reçu jusqu’à une date."""
        found = collections.Counter()
        for entries in self.entries.values():
            for entry in entries:
                if entry["journal"] == "AM" and entry["date"] <= through:
                    for side in entry["lines"]:
                        if side["account"].startswith("28") and side["auxiliary"]:
                            found[side["auxiliary"]] += cents(side["credit"]) - cents(side["debit"])
        return found

    def rows(self, place, plan):
        """Dotation + écart = comptabilisé + dû + à venir sur chaque ligne d’un plan, et le cumul mène d’une ligne à la suivante."""
        for row in plan["years"] + plan["months"]:
            left = cents(row["charge"]) + cents(row["difference"])
            right = cents(row["posted"]) + cents(row["due"]) + cents(row["to_come"])
            if left != right:
                self.find("plans", "%s, %s" % (place, row["period"]), "dotation + écart = %s, le reste %s" % (euros(left), euros(right)))
        for rows in (plan["years"], plan["months"]):
            before = 0
            for row in rows:
                reached = before + cents(row["charge"]) - cents(row["exits"])
                if reached != cents(row["cumulative"]):
                    what = "cumul précédent + dotation − sorties = %s, le cumul %s"
                    self.find("plans", "%s, %s" % (place, row["period"]), what % (euros(reached), row["cumulative"]))
                before = cents(row["cumulative"])

    def sums(self, place, whole, parts):
        """Une position est la somme de celles de ses parties."""
        for key, value in whole["position"].items():
            if isinstance(value, str):
                total = sum(cents(part["position"][key]) for part in parts)
                if total != cents(value):
                    self.find("plans", place, "%s : %s, la somme des parties est %s" % (key, value, euros(total)))

    def movements(self):
        """Clôture = ouverture + mouvements, et le solde de chaque compte selon le journal."""
        name = "amortisation/movements-%s.json" % self.year
        if name not in self.names:
            return
        report = json.loads(self.read(name).decode("utf-8"))
        lines = [line for account in report["accounts"] for line in [account["total"]] + account["lines"]]
        for line in [report["total"]] + lines:
            amount = {key: cents(value) for key, value in line.items() if key.startswith(("gross", "depr", "impair", "net"))}
            gross = amount["gross_opening"] + amount["gross_additions"] + amount["gross_transfers"] - amount["gross_exits"]
            worn = amount["depreciation_opening"] + amount["depreciation_charges"] - amount["depreciation_exits"]
            if gross != amount["gross_closing"] or worn != amount["depreciation_closing"]:
                self.find("mouvements", line.get("component") or line.get("asset") or "total", "la clôture n’est pas la somme des mouvements")
        balances = self.balances("%s-12-31" % self.year)
        for row in report["reconciliation"]:
            if cents(row["ledger"]) != balances.get(row["account"], 0):
                what = "le rapport dit %s en comptabilité, le journal %s"
                self.find("mouvements", row["account"], what % (row["ledger"], euros(balances.get(row["account"], 0))))

    def balances(self, through):
        """Le solde de chaque compte, sans ce que les clôtures vident et les à-nouveaux reprennent."""
        found = collections.Counter()
        for entries in self.entries.values():
            for entry in entries:
                carried = entry["journal"] == "CL" or entry["document"].startswith("A-NOUVEAUX-")
                if entry["date"] <= through and not carried:
                    for side in entry["lines"]:
                        found[side["account"]] += cents(side["debit"]) - cents(side["credit"])
        return found
