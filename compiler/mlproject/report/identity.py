"""Fingerprints: which findings of two runs are the same one, though lines have moved in between."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from mlproject.diagnostics import Diagnostic


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """A fingerprint for each, in order, all different.

    It is made of the code, the file and the place in the spec (of the summary, where a diagnostic has no such place),
    never of line numbers; equal ones are told apart by counting.
    """
    counted: dict[str, int] = {}
    found: list[str] = []
    for diagnostic in diagnostics:
        file = diagnostic.span.file if diagnostic.span else ""
        site = diagnostic.site
        place = [*site.path, site.part, site.text] if site else [diagnostic.summary]
        basis = json.dumps([diagnostic.code, file, place])
        counted[basis] = counted.get(basis, 0) + 1
        found.append(sha256(f"{basis}{counted[basis]}".encode()).hexdigest())
    return found
