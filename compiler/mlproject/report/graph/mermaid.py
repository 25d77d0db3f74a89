"""A picture as a Mermaid flowchart, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

from mlproject.report.graph.boxes import Box, Picture

# What GitHub draws; beyond it the labels of the arrows go, which is said.
LIMIT = 50_000
SHAPES = {
    "data": ("[(", ")]"),
    "stage": ("[", "]"),
    "model": ("([", "])"),
    "service": ("{{", "}}"),
    "deployment": ("[/", "/]"),
    "monitor": ("((", "))"),
    "workflow": ("[[", "]]"),
}
_PLAIN = frozenset(" _-./,:@")


def render(picture: Picture) -> str:
    """The picture as Mermaid text."""
    whole = _drawn(picture, labels=True)
    if len(whole) <= LIMIT:
        return whole
    return _drawn(picture, labels=False).replace(
        "flowchart LR\n",
        "%% arrows have no labels: with them the text is longer than GitHub draws\nflowchart LR\n",
        1,
    )


def _drawn(picture: Picture, *, labels: bool) -> str:
    lines = ["flowchart LR"]
    for number, box in enumerate(picture.boxes):
        opened, closed = SHAPES.get(box.kind, ("[", "]"))
        lines.append(f'  n{number}{opened}"{_label(box)}"{closed}')
    for arrow in picture.arrows:
        carried = ", ".join(map(_text, arrow.carries[:3])) + (" …" if len(arrow.carries) > 3 else "")
        link = f'-->|"{carried}"|' if labels and arrow.carries else "-->"
        lines.append(f"  n{arrow.source} {link} n{arrow.target}")
    return "\n".join(lines) + "\n"


def _label(box: Box) -> str:
    kind = "" if box.kind == "stage" else f"{box.kind} "
    return _text(f"{kind}{box.title}")


def _text(text: str) -> str:
    """Text inside quotes: whatever is not plain is given by its number, so that nothing of it is Mermaid or HTML."""
    return "".join(
        char
        if (char.isascii() and char.isalnum()) or char in _PLAIN or ord(char) > 0xBF
        else f"#{ord(char)};"
        for char in text
    )
