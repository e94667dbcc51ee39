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


# En octets : la fin d’un ZIP sans commentaire, l’en-tête d’un fichier sans son nom, ce qui peut suivre un fichier.
END_OF_ZIP, LOCAL_HEADER, DESCRIPTOR = 22, 30, 24


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

    def stray(self):
        return None


class Zip:
    """Le fichier ZIP tel quel."""

    def __init__(self, path):
        self.path = path
        self.archive = zipfile.ZipFile(path)

    def stray(self):
        """Des octets hors de ses fichiers, s’il y en a : le manifeste ne les couvre pas."""
        with open(self.path, "rb") as file:
            # Après le répertoire vient sa fin, sans commentaire, et plus rien.
            file.seek(-min(END_OF_ZIP, file.seek(0, os.SEEK_END)), os.SEEK_END)
            end = file.read()
            if not end.startswith(b"PK\x05\x06") or end[-2:] != b"\0\0" or self.archive.comment:
                return "des octets suivent la fin du répertoire du ZIP"
            place, room = 0, 0
            for entry in sorted(self.archive.infolist(), key=lambda entry: entry.header_offset):
                if not 0 <= entry.header_offset - place <= room:
                    return "des octets précèdent %s" % entry.filename
                file.seek(entry.header_offset + 26)
                named = sum(int.from_bytes(file.read(2), "little") for _ in range(2))
                place = entry.header_offset + LOCAL_HEADER + named + entry.compress_size
                room = DESCRIPTOR if entry.flag_bits & 8 else 0
            if not 0 <= self.archive.start_dir - place <= room:
                return "des octets précèdent le répertoire du ZIP"
        return None

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

    def stray(self):
        return None


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


class Part:
    """Ce que partagent les parties d’une vérification : le dossier, et ce qui a été trouvé."""

    def find(self, part, place, what):
        self.report.find(part, place, what)

    def open(self, name):
        if name not in self.names:
            raise Absent("%s est absent du dossier" % name)
        return self.pack.open(name)

    def read(self, name):
        with self.open(name) as file:
            return file.read()

    def lines(self, name):
        """Les lignes d’un fichier avec leur numéro ; chacune doit finir par un saut de ligne."""
        with self.open(name) as file:
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
            except (ValueError, RecursionError) as error:
                self.find(name, "ligne %d" % number, "illisible : %s" % said(error))
