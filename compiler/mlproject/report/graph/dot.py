"""A picture as DOT, for Graphviz."""

from __future__ import annotations

from mlproject.report.graph.boxes import Picture

SHAPES = {
    "data": "cylinder",
    "stage": "box",
    "model": "oval",
    "service": "hexagon",
    "deployment": "component",
    "monitor": "doublecircle",
    "workflow": "tab",
}


def render(picture: Picture) -> str:
    """The picture as a `digraph`."""
    lines = [f"digraph {_quoted(picture.name)} {{", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    for number, box in enumerate(picture.boxes):
        label = box.title if box.kind == "stage" else f"{box.kind}\n{box.title}"
        shape = SHAPES.get(box.kind, "box")
        lines.append(
            f"  n{number} [label={_quoted(label)}, shape={shape}, tooltip={_quoted(f'{box.kind} {box.place}')}];"
        )
    for arrow in picture.arrows:
        carried = "\n".join([*arrow.carries[:3], *(["…"] if len(arrow.carries) > 3 else [])])
        lines.append(f"  n{arrow.source} -> n{arrow.target} [label={_quoted(carried)}, fontsize=9];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    """Text as a quoted string of DOT; its line breaks are DOT's, its backslashes none of DOT's escapes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
