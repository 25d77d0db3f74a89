"""DVC's templates in the words of the language: `${lr}` becomes `${params.lr}` or `${vars.lr}`, and `\\${HOME}` becomes
`$${HOME}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from mlproject.diagnostics import Diagnostic, Path, Site, did_you_mean, error
from mlproject.imports.pipelines.values import Names, Values
from mlproject.interpolate import expressions

_FORM = "name a value, as in `${train.lr}`"


@dataclass(slots=True)
class Reading:
    """Who reads a template: the names of its pipeline, its stage's own, and whether the stage is a loop. `found` grows;
    `used` are the names of `params` that templates need."""

    names: Names
    local: Values = field(default_factory=dict[str, object])
    looped: bool = False
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])
    used: dict[tuple[str, ...], None] = field(default_factory=dict[tuple[str, ...], None])

    def value(self, value: object, path: Path) -> object:
        """A value with every template in it (keys too) translated; `path` is where it stands in the file."""
        if isinstance(value, str):
            return self.text(value, path) if "${" in value else value
        if isinstance(value, dict):
            mapping = cast("Mapping[object, object]", value)
            return {
                (self.text(key, path) if isinstance(key, str) and "${" in key else key): self.value(
                    inner, (*path, cast("str", key))
                )
                for key, inner in mapping.items()
            }
        if isinstance(value, list):
            items = cast("list[object]", value)
            return [self.value(item, (*path, index)) for index, item in enumerate(items)]
        return value

    def text(self, text: str, path: Path) -> str:
        """A text in the words of the language. What DVC could not resolve either is reported, and stays."""
        pieces: list[str] = []
        at = 0
        for start, end, expression in expressions(text):
            before = self._literal(text[at:start], path)
            if before.endswith("$"):
                self._say(
                    "bad-reference",
                    f"`${text[start:end]}`: a `$` before a reference escapes it",
                    text[start:end],
                    path,
                )
            pieces += [before, self._reference(expression, text[start:end], path)]
            at = end
        return "".join([*pieces, self._literal(text[at:], path)])

    def _literal(self, part: str, path: Path) -> str:
        """A part between templates; `\\${…}` in it is text to DVC."""
        pieces: list[str] = []
        at = 0
        while (start := part.find("${", at)) >= 0:
            escaped = start > 0 and part[start - 1] == "\\"
            end = part.find("}", start)
            if end < 0:
                pieces += [part[at : start - escaped], "$", part[start:]]
                return "".join(pieces)
            if "${" in part[start + 2 : end]:
                self._say(
                    "bad-reference",
                    f"`{part[start:][:40]}` is text to DVC with a template inside, which no spec can say",
                    part[start:],
                    path,
                )
                break
            pieces += [part[at : start - escaped], "$", part[start : end + 1]]
            at = end + 1
        return "".join([*pieces, part[at:]])

    def _reference(self, expression: str, text: str, path: Path) -> str:
        inner = expression.strip()
        words = tuple(word.strip() for word in inner.replace("[", ".").replace("]", "").split("."))
        if not inner or not all(words):
            self._say("bad-reference", f"`{text}` names nothing that DVC can read", text, path, _FORM)
            return text
        home = self.names.home(words, self.local, looped=self.looped)
        if home is None:
            near = did_you_mean(words[0], self.names.known())
            help = near or f"if it is the shell's, DVC wants `\\{text}`"
            self._say(
                "unresolved-reference", f"`{text}`: no `vars` and no params file has it", text, path, help
            )
            return text
        if home == "params":
            self.used[words] = None
            return f"${{params.{inner}}}"
        if home == "vars":
            head = self.names.renamed.get(words[0], words[0])
            return f"${{vars.{head}{inner[len(words[0]) :]}}}"
        return f"${{{inner}}}"

    def _say(self, code: str, summary: str, text: str, path: Path, help: str = "") -> None:
        self.found.append(error(code, summary, Site(path, text=text.split("\n", 1)[0]), help=help))
