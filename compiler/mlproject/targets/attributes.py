"""Our block in the project's `.gitattributes`: what the compiler wrote is marked as generated.

GitHub then folds these files in a review and leaves them out of its language statistics. The patterns are relative to
the directory of the file, so that a project can be moved.
"""

from __future__ import annotations

import re
from posixpath import join, relpath

from mlproject.trees import Generated

_PLAIN = re.compile(r'[^\s"!#][^\s"]*')


def block(root: str, files: tuple[str, ...]) -> Generated:
    """The block for the emitted `files` (relative to the repository) of the project in `root`.

    A `.gitattributes` speaks only for its own directory: files elsewhere (the workflows) are left out.
    """
    inside = sorted(name for file in files if not (name := relpath(file, root or ".")).startswith("../"))
    text = "".join(f"{_pattern(name)} linguist-generated\n" for name in inside if name != ".gitattributes")
    return Generated(join(root, ".gitattributes"), "block", text=text)


def _pattern(name: str) -> str:
    """A path as a pattern that matches it alone: anchored, its wildcards escaped, quoted where Git asks for it."""
    text = "/" + re.sub(r"([\\*?\[])", r"\\\1", name)
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\{ord(c):03o}" for c in escaped) + '"'
