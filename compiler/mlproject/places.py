"""Where the values of the merged spec came from: a side table beside plain data, every place kept, the winner first."""

from __future__ import annotations

from collections.abc import Mapping

from mlproject.diagnostics import Diagnostic, Path, Related, Site, Span
from mlproject.load import Document
from mlproject.records import frozen, replace

Place = tuple[int, Path]  # the number of a document, and the path in it


@frozen
class Places:
    """The documents of a spec (the spec itself first) and, where presets were merged, the places of each path.

    A path that is not in `moved` stands where its nearest ancestor there stands, or else in the spec under itself.
    """

    documents: tuple[Document, ...]
    moved: Mapping[Path, tuple[Place, ...]]

    def places(self, path: Path) -> tuple[Place, ...]:
        """Every place that the value at a path came from, the winner first."""
        if self.moved:
            for cut in range(len(path), 0, -1):
                found = self.moved.get(path[:cut])
                if found is not None:
                    rest = path[cut:]
                    return tuple((number, place + rest) for number, place in found) if rest else found
        return ((0, path),)

    def span(self, site: Site) -> Span:
        """The span of a site: where its value won."""
        number, path = self.places(site.path)[0]
        return self.documents[number].span(path, site.part, site.text)

    def spans(self, path: Path) -> tuple[Span, ...]:
        """The spans of every place that the value at a path came from, the winner first."""
        return tuple(self.documents[number].span(place) for number, place in self.places(path))

    def locate(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic with its sites turned into spans; one that has a span already keeps it."""
        related = tuple(
            replace(r, span=self.span(r.site), site=None) if r.site is not None and r.span is None else r
            for r in diagnostic.related
        )
        span = diagnostic.span
        if span is None and diagnostic.site is not None:
            span = self.span(diagnostic.site)
            others = self.spans(diagnostic.site.path)[1:] if self.moved else ()
            related += tuple(Related("it overrides this", span=other) for other in others)
        return replace(diagnostic, span=span, related=related)
