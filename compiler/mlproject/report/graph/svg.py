"""A picture as SVG: a file of its own, or the drawing inside a page."""

from __future__ import annotations

from html import escape

from mlproject.report.graph.boxes import Arrow, Box, Picture
from mlproject.report.graph.layers import Layout, layout
from mlproject.report.visible import cells

WIDTH, HEIGHT = 196, 50  # of a box
ACROSS, DOWN = WIDTH + 22, HEIGHT + 44  # from box to box
MARGIN = 16
TITLE, NOTE = 22, 29  # cells that fit into a box

_STYLE = """\
.graph { --ink: #1c2733; --soft: #566575; --line: #8a98a8; --paper: #ffffff; --box: #f6f8fa; --edge: #c9d1da;
  --data: #4d6378; --stage: #1f6feb; --model: #8250df; --service: #1a7f37; --deployment: #0e7490; --monitor: #b45309;
  --workflow: #be185d; font-family: system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { .graph { --ink: #e6edf3; --soft: #9aa7b4; --line: #6b7a89; --paper: #0d1117;
  --box: #161b22; --edge: #36404b; --data: #9db1c5; --stage: #58a6ff; --model: #bc8cff; --service: #4ac26b;
  --deployment: #39c5e0; --monitor: #f0a04b; --workflow: #f778ba; } }
.graph .paper { fill: var(--paper); }
.graph .box rect { fill: var(--box); stroke: var(--edge); }
.graph .box rect.bar { stroke: none; }
.graph .box text { fill: var(--ink); font-size: 13px; font-weight: 600; }
.graph .box text.kind { font-size: 10px; font-weight: 500; letter-spacing: .04em; }
.graph .box text.note { fill: var(--soft); font-size: 11px; font-weight: 400; }
.graph .arrow { fill: none; stroke: var(--line); stroke-width: 1.4; marker-end: url(#head); }
.graph #head path { fill: var(--line); }
"""
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_MARKER = (
    '<marker id="{}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8Z"/></marker>'
)
KINDS = ("data", "stage", "model", "service", "deployment", "monitor", "workflow")
STYLE = _STYLE + "".join(
    [f".graph .{k} .bar, .graph .{k} text.kind {{ fill: var(--{k}); }}\n" for k in KINDS]
)


def render(picture: Picture) -> str:
    """The picture as an SVG file."""
    return drawing(picture, alone=True)


def drawing(picture: Picture, *, alone: bool) -> str:
    """The `svg` element; what stands `alone` has a namespace, a background and a style of its own."""
    places = layout(picture)
    width = round(2 * MARGIN + max(places.breadth * ACROSS - (ACROSS - WIDTH), WIDTH))
    height = round(2 * MARGIN + max(places.layers * DOWN - (DOWN - HEIGHT), HEIGHT))
    title = f"The graph of {picture.name}"
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    if alone:
        counts = f"{len(picture.boxes)} boxes, {len(picture.arrows)} arrows"
        summary = f"{counts}, from what comes in at the top to what runs at the bottom"
        opening = f'<svg {_NAMESPACE} class="graph" role="img" aria-labelledby="name what" {size}>'
        head = [f'<title id="name">{_text(title)}</title>', f'<desc id="what">{_text(summary)}</desc>']
        head += [f"<style>\n{STYLE}</style>", '<rect class="paper" width="100%" height="100%"/>']
    else:
        first = min(range(len(picture.boxes)), key=lambda box: places.layer[box], default=0)
        opening = f'<svg class="graph" data-first="{first}" role="group" aria-label="{_text(title)}" {size}>'
        head = []
    names = ("head",) if alone else ("head", "lit")
    lines = [
        opening,
        *head,
        f"<defs>{''.join(_MARKER.format(name) for name in names)}</defs>",
        '<g class="arrows">',
    ]
    lines += [
        _arrow(picture, arrow, bends) for arrow, bends in zip(picture.arrows, places.bends, strict=True)
    ]
    lines += ["</g>", '<g class="boxes">']
    lines += [_box(number, box, places, alone=alone) for number, box in enumerate(picture.boxes)]
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _box(number: int, box: Box, places: Layout, *, alone: bool) -> str:
    x, y = MARGIN + places.column[number] * ACROSS, MARGIN + places.layer[number] * DOWN
    told = "\n".join(
        [
            f"{box.kind} {box.title}",
            box.place,
            *(f"{label}: {', '.join(values)}" for label, values in box.details),
        ]
    )
    behind = f'<rect x="4" y="4" width="{WIDTH}" height="{HEIGHT}" rx="6"/>' if box.count > 1 else ""
    # On a page the boxes are buttons that arrow keys walk through, and the page itself shows the details.
    label = _text(f"{box.kind} {box.title}")
    button = f' tabindex="{0 if number == 0 else -1}" role="button" aria-label="{label}"'
    parts = [
        f'<g class="box {box.kind}" transform="translate({_number(x)} {_number(y)})"{"" if alone else button}>',
        f"<title>{_text(told)}</title>" if alone else "",
        behind,
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        f'<rect class="bar" x="0" y="8" width="4" height="{HEIGHT - 16}" rx="2"/>',
        f'<text class="kind" x="14" y="15">{_text(box.kind)}</text>',
        f'<text x="14" y="30">{_text(_cut(box.title, TITLE))}</text>',
        f'<text class="note" x="14" y="43">{_text(_cut(box.note, NOTE))}</text>' if box.note else "",
        "</g>",
    ]
    return "".join(parts)


def _arrow(picture: Picture, arrow: Arrow, bends: tuple[tuple[int, float], ...]) -> str:
    points = [(MARGIN + column * ACROSS + WIDTH / 2, MARGIN + layer * DOWN) for layer, column in bends]
    x, y = points[0][0], points[0][1] + HEIGHT
    path = [f"M{_number(x)} {_number(y)}"]
    for index, (to, top) in enumerate(points[1:], 1):
        pull = max((top - y) / 2, 20)
        path.append(
            f"C{_number(x)} {_number(y + pull)} {_number(to)} {_number(top - pull)} {_number(to)} {_number(top)}"
        )
        x, y = to, top
        if index < len(points) - 1:
            y = top + HEIGHT
            path.append(f"V{_number(y)}")
    told = f"{picture.boxes[arrow.source].title} → {picture.boxes[arrow.target].title}: {', '.join(arrow.carries)}"
    return (
        f'<path class="arrow" data-from="{arrow.source}" data-to="{arrow.target}" d="{"".join(path)}">'
        f"<title>{_text(told)}</title></path>"
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    return escape(text, quote=True)


def _cut(text: str, room: int) -> str:
    """The text, cut to what fits; the rest is told by the title."""
    shown, used = "", 0
    for piece, width in cells(text):
        if used + width > room:
            return shown[:-1] + "…"
        shown, used = shown + piece, used + width
    return shown
