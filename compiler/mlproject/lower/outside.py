"""References outside of stages: in models, services, monitoring and data, where a path must be one real file."""

from __future__ import annotations

from collections.abc import Mapping

from mlproject.diagnostics import Path, Site, did_you_mean, error
from mlproject.ir import Instance, Stage
from mlproject.lower.binding import Value
from mlproject.lower.paths import file_of
from mlproject.lower.producers import Producers
from mlproject.lower.scope import Scope
from mlproject.lower.selecting import choose
from mlproject.records import frozen
from mlproject.template import Broken, Escape, Part, Ref, parse

ENV_HELP = "one whole `${env.NAME}` may stand in `tracking.uri`, `tracking.registry_uri` and in `deploy`"


@frozen
class Outside:
    """What references outside of stages are looked up in."""

    scope: Scope
    stages: Mapping[str, Stage]
    producers: Producers

    def file(self, text: str, path: Path) -> str | None:
        """The file that a text names: a plain path, or one reference and a sub-path. None where it was reported."""
        resolved = self.text(text, path)
        return None if resolved is None else file_of(resolved, "", self.scope.root)

    def text(self, text: str, path: Path) -> str | None:
        """A text with its path references resolved to files. None where one was reported."""
        if "${" not in text:
            return text
        pieces = [self._part(part, path) for part in parse(text)]
        return None if None in pieces else "".join(piece for piece in pieces if piece is not None)

    def producer(self, file: str) -> Instance | None:
        """The instance that writes a file, or a directory around it."""
        found = self.producers.of(file)
        return found[0].instance if found else None

    def _part(self, part: Part, path: Path) -> str | None:
        if isinstance(part, str):
            return part
        if isinstance(part, Escape):
            return f"${{{part.inner}}}"
        site = Site(path, text=part.text)
        if isinstance(part, Broken):
            self.scope.say(
                error("bad-reference", f"`{part.text[:60]}`: {part.problem}", site, help=part.help)
            )
            return None
        match part.head:
            case "data":
                return self._data(part, site)
            case "stages":
                return self._stage(part, site)
            case "vars" | "params":
                return None  # reported where it was looked up
            case "env":
                summary = f"`{part.text}` may not stand here"
                self.scope.say(error("env-not-allowed", summary, site, help=ENV_HELP))
                return None
            case "outs" | "item" | "key":
                summary = f"`{part.text}` has a meaning inside a stage only"
                self.scope.say(
                    error("reference-not-allowed", summary, site, help="name it: `${stages.STAGE.NAME}`")
                )
                return None
            case _:
                known = ["data", "stages", "params", "vars"]
                summary = (
                    f"`{part.text}`: `{part.head}` is none of {', '.join(f'`{name}`' for name in known)}"
                )
                help = did_you_mean(part.head, known)
                self.scope.say(error("unresolved-reference", summary, site, help=help))
                return None

    def _data(self, ref: Ref, site: Site) -> str | None:
        data = self.scope.spec.data or {}
        name = ref.words[0] if len(ref.words) == 1 else ""
        if name in data:
            return file_of(data[name].path, "", self.scope.root)
        if not (name and self.scope.is_poisoned("data", name)):
            summary = f"`{ref.text}`: there is no data named `{'.'.join(ref.words)}`"
            self.scope.say(error("unresolved-reference", summary, site, help=did_you_mean(name, list(data))))
        return None

    def _stage(self, ref: Ref, site: Site) -> str | None:
        name = ref.words[0] if ref.words else ""
        selector = ref.words[1] if 1 in ref.selectors else None
        words = ref.words[1 if selector is None else 2 :]
        draft, stage = self.scope.drafts.get(name), self.stages.get(name)
        if draft is None or stage is None:
            if not (name and self.scope.was_removed(("stages", name))):
                summary = f"`{ref.text}`: there is no stage named `{name}`"
                help = did_you_mean(name, list(self.scope.drafts))
                self.scope.say(error("unresolved-reference", summary, site, help=help))
            return None
        if len(words) != 1 or words[0] == "*":
            summary = f"`{ref.text}` must name one output of `{name}`"
            help = did_you_mean("", list(draft.named)) or f"as in `${{stages.{name}.NAME}}`"
            self.scope.say(error("bad-reference", summary, site, help=help))
            return None
        key = self._key(name, selector, site)
        return (
            None
            if key is False
            else self._output(stage, str(key) if key is not None else None, words[0], ref, site)
        )

    def _key(self, name: str, selector: str | None, site: Site) -> str | bool | None:
        """The key of the one instance meant: None for a stage without a loop; False where it was reported."""
        draft = self.scope.drafts[name]
        if draft.items is None:
            if selector is not None and draft.loop is None:
                summary = f"`{name}` has no loop, so there is nothing to select with `[{selector}]`"
                self.scope.say(error("bad-reference", summary, site, help=f"write `${{stages.{name}.NAME}}`"))
            return None if draft.loop is None and selector is None else False
        example = next(iter(draft.items.values), "key")
        if selector is None or selector == "*":
            summary = f"`{name}` is a loop: say which one instance"
            self.scope.say(
                error("instance-needed", summary, site, help=f"as in `${{stages.{name}[{example}].NAME}}`")
            )
            return False
        selection = choose(self.scope, None, draft, selector, site)
        if selection is None:
            return False
        keys = [b.key.value for b in selection.bindings if isinstance(b.key, Value)]
        if len(keys) != 1:
            summary = f"`[{selector}]` means {len(keys)} instances of `{name}`, and one is needed here"
            self.scope.say(error("instance-needed", summary, site, help=f"as in `[{example}]`"))
            return False
        return str(keys[0])

    def _output(self, stage: Stage, key: str | None, output: str, ref: Ref, site: Site) -> str | None:
        instance = next((one for one in stage.instances if one.key == key), None)
        product = (
            next((one for one in instance.outs if one.name == output), None) if instance is not None else None
        )
        if product is not None:
            return product.file
        draft = self.scope.drafts[stage.name]
        if output not in draft.named and not any(
            self.scope.was_removed((*draft.body_path, section, output))
            for section in ("outs", "metrics", "plots")
        ):
            summary = f"`{ref.text}`: the stage `{stage.name}` has no output named `{output}`"
            self.scope.say(
                error("unresolved-reference", summary, site, help=did_you_mean(output, list(draft.named)))
            )
        return None
