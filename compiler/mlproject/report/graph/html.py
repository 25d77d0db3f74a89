"""A picture as a page of its own: no network, readable without JavaScript, by keyboard and by a screen reader."""

from __future__ import annotations

import json

from mlproject.report.graph.boxes import Picture
from mlproject.report.graph.svg import STYLE, drawing
from mlproject.resources import data_dir


def render(picture: Picture) -> str:
    """The picture as an HTML page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    template = (data_dir() / "templates" / "graph.html.j2").read_text(encoding="utf-8")
    facts = [
        {
            "kind": box.kind,
            "title": box.title,
            "place": box.place,
            "details": [{"label": label, "values": values} for label, values in box.details],
        }
        for box in picture.boxes
    ]
    arrows = [[arrow.source, arrow.target, list(arrow.carries[:12])] for arrow in picture.arrows]
    # `<` never appears in the script, so that no name can end it.
    data = json.dumps({"boxes": facts, "arrows": arrows}, ensure_ascii=True).replace("<", "\\u003c")
    counts: dict[str, int] = {}
    for box in picture.boxes:
        counts[box.kind] = counts.get(box.kind, 0) + 1
    return environment.from_string(template).render(
        name=picture.name,
        description=picture.description,
        boxes=picture.boxes,
        upstream=picture.upstream(),
        downstream=picture.downstream(),
        counts=counts,
        style=Markup(STYLE),  # noqa: S704 - our own, as is the drawing, whose texts are escaped
        drawing=Markup(drawing(picture, alone=False)),  # noqa: S704
        data=Markup(data),  # noqa: S704 - JSON without `<`
    )
