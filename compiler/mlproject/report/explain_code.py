"""What a code means: its section of `docs/rules.md`."""

from __future__ import annotations

from mlproject.resources import data_dir

_FENCE = "```"


def section(code: str) -> str | None:
    """The Markdown under the heading of `code`, without the heading; None where there is no such section."""
    return sections().get(code)


def sections() -> dict[str, str]:
    """Every section of the document by its code, in the document's order."""
    text = (data_dir() / "docs" / "rules.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        if line.startswith(_FENCE):
            fenced = not fenced
        if not fenced and line.startswith("## "):
            lines = found.setdefault(line.removeprefix("## ").strip().strip("`"), [])
        elif not fenced and line.startswith("# "):
            lines = []
        else:
            lines.append(line)
    return {code: "\n".join(body).strip("\n") + "\n" for code, body in found.items()}
