#!/usr/bin/env python3
"""Vérificateur indépendant d’un dossier de preuves de Chapelle.

    python3 verify.py [DOSSIER] [--root FICHIER]... [--key FICHIER]

DOSSIER est le fichier ZIP ou le dossier où il a été décompressé ; sans argument, le dossier de ce script.
--root   une racine signée conservée hors du centre de données (fichier exporté ou courriel enregistré) : seule
         une telle racine révèle une piste raccourcie puis signée de nouveau. À répéter autant de fois qu’il y en a.
--key    la clé publique en laquelle vous avez confiance, reçue par une autre voie que ce dossier.

Il ne faut que Python 3.9 ou plus, sans bibliothèque ajoutée, sans réseau et sans Chapelle. Rien n’est modifié.
Code de sortie : 0 tout concorde, signé par la clé que vous avez donnée ; 4 le dossier concorde avec lui-même, mais sans
--key rien ne dit de qui il vient ; 3 au moins une anomalie ; 1 le dossier n’a pas pu être lu.

Ce qui est vérifié, dans l’ordre :
 1. le ZIP, sans un octet hors de ses fichiers, et le manifeste : chaque fichier, sa taille, son SHA-256, aucun de plus, aucun de moins ;
 2. la piste d’audit : SHA-256(hash précédent en hexadécimal + saut de ligne + événement en JSON canonique), sans trou ;
 3. les racines : arbre de Merkle (RFC 6962) sur les hashs des événements, signature ed25519 (RFC 8032), chaînage ;
 4. les factures : PDF, XML et contenu figé contre la piste, totaux du XML = contenu = journal, numéros sans trou ;
 5. les relevés : condensat par compteur et par jour (UTC), arbre de Merkle du jour contre la piste, dénombrement ;
 6. le journal : chaque écriture équilibrée, son numéro, sa date, son libellé et ses lignes contre l’événement qui l’a
    passée, chaque tranche contre le scellé de la piste ; le FEC et son descriptif contre le journal ;
 7. les règlements, remboursements et imputations : chacun d’après la piste contre son écriture au journal, et aucune écriture de règlement de plus ;
 8. le rapprochement et la concordance : créances, produits, TVA, encaissements et totaux sans écart ;
 9. les rapports : tous présents, la balance refaite d’après le journal, le CSV de chacun contre son JSON.

Ce que seule la signature du manifeste couvre : le livre, les PDF et XLSX des rapports, leurs libellés, le retour sur
investissement, ce que les plans et le financement disent d’autre que le comptabilisé.

JSON canonique : UTF-8, clés triées, sans espace, seuls les guillemets, la barre inverse et les caractères de contrôle
sont échappés. C’est ce que donne canonical() ci-dessous.
"""

import argparse
import collections
import csv
import hashlib
import io
import json
import os
import re
import sys
import unicodedata
import xml.etree.ElementTree
import zipfile

GENESIS = "0" * 64
READINGS_HEADER = b"at,meter,value,quality,source\n"
DIGESTS_HEADER = "day,meter,readings,corrections,sha256\n"
MANIFEST_SEAL = "manifest.sig"
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


class Absent(ValueError):
    """Un fichier que le dossier n’a pas."""


def said(error):
    """Ce qui empêche de lire, en français : Python ne le dit qu’en anglais."""
    if isinstance(error, UnicodeDecodeError):
        return "l’octet %d n’est pas de l’UTF-8" % (error.start + 1)
    if isinstance(error, json.JSONDecodeError):
        return "ce n’est pas du JSON, à partir du caractère %d" % (error.pos + 1)
    if isinstance(error, KeyError):
        return "il manque %s" % error
    if isinstance(error, (TypeError, AttributeError, IndexError, OverflowError, RecursionError)):
        return "le contenu n’a pas la forme attendue"
    if isinstance(error, (zipfile.BadZipFile, EOFError)) or type(error).__module__ == "zlib":
        return "le fichier est endommagé dans le ZIP"
    if isinstance(error, xml.etree.ElementTree.ParseError):
        return "ce n’est pas du XML, ligne %d" % error.position[0]
    if isinstance(error, FileNotFoundError):
        return "%s n’existe pas" % error.filename
    if isinstance(error, OSError):
        return "%s ne peut pas être lu" % error.filename
    return str(error)


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


def counted(count, words):
    """Un nombre avec son nom, au singulier jusqu’à 1 : les noms en « s » en prennent ou en perdent un, mot à mot."""
    if abs(count) > 1:
        return "%d %s" % (count, words)
    plural = ("conservées", "conservés", "signées", "vérifiés")
    first, *rest = words.split(" ")
    rest = [word[:-1] if word in plural else word for word in rest]
    return " ".join(["%d" % count, first[:-1] if first.endswith("s") else first] + rest)
