# --------------------------------------------------------------------------------------------------------- les factures


class Invoices(Part):
    """Les factures, contre la piste et contre le journal."""

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
