#!/usr/bin/env python3
"""Holds PDF files without attachment against PDF/A-3a and PDF/UA-1.

    archivable.py FILE...

Prints each failure; exits 1 if there is one, 2 if there is nothing to validate.
"""

import sys

import page


def failures(path: str) -> list[str]:
    found = []
    for profile in ("3a", "ua1"):
        report = page.validate_pdf(path, profile=profile)
        found += [f"{profile} {failure.rule_id}: {failure.message}" for failure in report.failures]
        if not report.is_compliant and not report.failures:
            found.append(f"{profile}: not compliant")
    return found


def main() -> int:
    paths = sys.argv[1:]
    failed = 0
    for path in paths:
        found = failures(path)
        failed += bool(found)
        for failure in found:
            print(f"{path}: {failure}")
    print(f"{len(paths) - failed} of {len(paths)} files valid")
    if not paths:
        return 2
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
