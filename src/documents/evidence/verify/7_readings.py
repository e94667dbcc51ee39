# ---------------------------------------------------------------------------------------------------------- les relevés


class Readings(Part):
    """Les relevés, jour par jour."""

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
        for day, (sequence, seal) in self.day_seals.items():
            before = self.arrived[day] - self.arrived_since[day]
            if before != seal["readings"] + seal["corrections"]:
                what = "la piste a vu arriver %d relevés, l’événement %d en scelle %d"
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
            what = "%s : %s après le scellé, dont le prochain répondra"
            self.report.note(what % (day, counted(self.arrived_since[day], "relevés")))
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
