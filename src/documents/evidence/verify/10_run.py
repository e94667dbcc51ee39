# -------------------------------------------------------------------------------------------------- la vérification


# Ce que chaque étape regarde, comme les anomalies le nomment.
STEPS = {
    "container": "ZIP",
    "manifest": "manifeste",
    "signed_roots": "racine",
    "manifest_seal": "sceau",
    "trail": "piste",
    "compare_roots": "racine",
    "journal": "journal",
    "receipts": "règlements",
    "agreement": "rapprochement",
    "fec": "FEC",
    "documents": "facture",
    "readings": "relevés",
    "kept_files": "pièces",
    "plans": "plans",
    "movements": "mouvements",
    "required": "contenu",
    "balance": "balance",
    "tables": "rapports",
    "descriptions": "FEC",
}


class Verifier(Trail, Books, Invoices, Readings, Assets, Reports):
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
        self.payments = collections.OrderedDict()
        self.is_taken_over = False
        self.trusted = []
        self.papers = collections.OrderedDict()
        # Par immobilisation et numéro : ce que la piste dit de ce qui lui est arrivé.
        self.asset_events = {}
        self.kept_reports = collections.OrderedDict()
        self.journal_seals = []
        self.postings = {}
        # Par journal et pièce : ce que disent les événements d’avant, et s’il est certain qu’ils l’ont passé.
        self.posted_documents = {}
        self.has_unnamed = False
        self.day_seals = {}
        self.arrived = collections.Counter()
        self.arrived_since = collections.Counter()
        self.entries = {}
        self.year = None

    def run(self):
        trail = (self.container, self.manifest, self.signed_roots, self.manifest_seal, self.trail, self.compare_roots)
        books = (self.journal, self.receipts, self.agreement, self.fec, self.documents, self.readings)
        assets = (self.kept_files, self.plans, self.movements)
        self.take(trail)
        if self.year is None:
            what = "sans manifeste lisible, l’année n’est pas connue : factures, relevés, journal, FEC et plans ne sont pas vérifiés"
            self.find("manifeste", "manifest.json", what)
            return self.report
        reports = (self.required, self.balance, self.tables, self.descriptions)
        return self.take(books + assets + reports)

    def container(self):
        """Rien dans le ZIP hors de ses fichiers, avant, entre ou après eux."""
        stray = self.pack.stray()
        if stray is not None:
            self.find("ZIP", "-", stray)

    def take(self, steps):
        """Fait ces étapes, l’une après l’autre."""
        for step in steps:
            try:
                step()
            except Exception as error:  # tout ce qui empêche de lire est une anomalie, pas une panne
                self.find(STEPS[step.__name__], "-", "la lecture s’arrête : %s" % said(error))
        return self.report


UNKNOWN_KEY = (
    "sans clé reçue par une autre voie (--key), la signature montre seulement que le dossier est d’accord avec lui-même : "
    "n’importe qui peut en refaire un et le signer ; comparez d’abord la clé de public-key.txt à celle que le centre de données publie"
)


# Le code de sortie d’un dossier qui concorde avec lui-même, et dont rien ne dit de qui il vient.
UNPROVEN_ORIGIN = 4


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


def conclusion(has_key, has_root):
    """La dernière ligne d’un dossier sans anomalie : ce qu’il montre, et ce que rien n’a prouvé."""
    unproven = [] if has_key else ["de qui vient le dossier, sans clé reçue par une autre voie (--key)"]
    if not has_root:
        unproven.append("que la fin de la piste n’a pas été coupée puis signée de nouveau, sans racine conservée ailleurs (--root)")
    start = "Tout concorde" if has_key else "Le dossier concorde avec lui-même, et rien de plus"
    return start + (" ; NON PROUVÉ : %s." % " ; ".join(unproven) if unproven else ".")


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
        is_no_zip = isinstance(error, zipfile.BadZipFile)
        why = "%s n’est ni un fichier ZIP ni un dossier" % options.dossier if is_no_zip else said(error)
        print("Impossible de lire : %s" % why, file=sys.stderr)
        return 1
    report = verify(pack, kept, keys)
    print("Vérifié : " + ", ".join(counted(count, what) for what, count in report.counts.items()) + ".")
    for note in report.notes:
        print("À savoir : %s." % note)
    if not options.key:
        print("À savoir : %s." % UNKNOWN_KEY)
    if not options.root:
        print("À savoir : sans racine conservée ailleurs (--root), une fin de piste coupée puis signée de nouveau ne se voit pas.")
    if not report.findings:
        print(conclusion(bool(options.key), bool(options.root)))
        return 0 if options.key else UNPROVEN_ORIGIN
    print("%s :" % counted(len(report.findings), "anomalies"))
    for finding in report.findings:
        print("  [%s] %s : %s" % finding)
    return 3


if __name__ == "__main__":
    sys.exit(main())
