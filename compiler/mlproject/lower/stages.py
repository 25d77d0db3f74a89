"""From drafts to stages: what is emitted into `dvc.yaml`, and every instance as DVC will resolve it."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import join, normpath
from typing import cast

from mlproject.diagnostics import Path, Site, did_you_mean, error
from mlproject.interpolate import Refused, to_text
from mlproject.interpolate import resolve as interpolate
from mlproject.ir import Dep, Instance, Output, ParamDep, Product, Resources, Stage
from mlproject.lower.commands import command, covered
from mlproject.lower.drafts import BROKEN, deep, set_fields
from mlproject.lower.paths import file_of, is_external, joined
from mlproject.lower.placing import contexts, placed
from mlproject.lower.references import many_paths, one_path, output_template
from mlproject.lower.refused import check_directory, check_output
from mlproject.lower.scope import Declared, Draft, Scope, found
from mlproject.records import frozen


def lowered(scope: Scope, draft: Draft) -> Stage:
    """The stage of a draft, with its instances. What could not be resolved is left out; it was reported."""
    cmd, mentioned = _commands(scope, draft)
    emitted = Emitted(
        cmd=cmd,
        deps=_deps(scope, draft, mentioned),
        params=_params(scope, draft),
        outputs=tuple([output for one in draft.outputs if (output := _output(scope, draft, one))]),
    )
    options = _options(scope, draft)
    entry, body = draft.entry, draft.body
    needs = entry.resources
    return Stage(
        name=draft.name,
        folder=draft.folder,
        wdir=draft.wdir,
        cmd=emitted.cmd,
        cmd_is_list=isinstance(body.cmd, list),
        deps=emitted.deps,
        params=emitted.params,
        outputs=emitted.outputs,
        options=options,
        loop=draft.loop,
        frozen=bool(body.frozen),
        always_changed=bool(body.always_changed),
        desc=str(options.get("desc", "")),
        resources=Resources(needs.cpus or 0, needs.memory or "", needs.gpus or 0) if needs else Resources(),
        timeout=entry.timeout or "",
        instances=Evaluation(scope, draft, emitted).instances(),
        path=draft.path,
        body=draft.body_path,
        dvc_name=entry.name or "",
    )


@frozen
class Emitted:
    """What of a stage stands in `dvc.yaml` and is resolved there for each instance."""

    cmd: tuple[str, ...]
    deps: tuple[Dep, ...]
    params: tuple[object, ...]
    outputs: tuple[Output, ...]


def _commands(scope: Scope, draft: Draft) -> tuple[tuple[str, ...], list[tuple[str, Path]]]:
    value, path = draft.body.cmd, (*draft.body_path, "cmd")
    texts = [] if value is None else [(value, path)] if isinstance(value, str) else []
    if isinstance(value, list):
        texts = [(text, (*path, index)) for index, text in enumerate(value)]
    emitted: list[str] = []
    mentioned: list[tuple[str, Path]] = []
    for text, place in texts:
        result = command(scope, draft, text, place)
        if result is None:
            draft.tainted = True
            continue
        emitted.append(result[0])
        mentioned += [(dep, place) for dep in result[1]]
    return tuple(emitted), mentioned


def _deps(scope: Scope, draft: Draft, mentioned: list[tuple[str, Path]]) -> tuple[Dep, ...]:
    deps: list[Dep] = []
    for index, text in enumerate(draft.body.deps or []):
        path = (*draft.body_path, "deps", index)
        texts = many_paths(scope, draft, text, path)
        if texts is None:
            draft.tainted = True
            continue
        deps += [Dep(one, path) for one in texts]
    if not mentioned:
        return tuple(deps)
    # What is respelled for coverage is only compared, never emitted.
    known = [normpath(dep.template) for dep in deps]
    for text, path in mentioned:
        respelled = normpath(text)
        if not covered(respelled, known):
            deps.append(Dep(text, path, implied=True))
            known.append(respelled)
    return tuple(deps)


def _output(scope: Scope, draft: Draft, declared: Declared) -> Output | None:
    if declared.name:
        template = output_template(scope, draft, declared, Site(declared.path))
    else:
        template = one_path(scope, draft, declared.raw, declared.path)
    flags: object = deep(scope, draft, dict(declared.flags), declared.path) if declared.flags else None
    if template is None or flags is BROKEN:
        draft.tainted = True
        return None
    return Output(
        declared.name, declared.kind, template, cast("Mapping[str, object]", flags or {}), declared.path
    )


def _options(scope: Scope, draft: Draft) -> dict[str, object]:
    options: dict[str, object] = {}
    for key, value in set_fields(draft.body, ("vars", "frozen", "always_changed", "desc", "meta")).items():
        emitted = value if key == "vars" else deep(scope, draft, value, (*draft.body_path, key))
        if emitted is not BROKEN:
            options[key] = emitted
    return options


def _params(scope: Scope, draft: Draft) -> tuple[object, ...]:
    """DVC's list of parameters. A bare key is one of ours, and is emitted under its file's path from here."""
    emitted: list[object] = []
    groups: dict[str, list[str]] = {}
    for index, item in enumerate(draft.body.params or []):
        path = (*draft.body_path, "params", index)
        if isinstance(item, dict):
            value = deep(scope, draft, item, path)
            if value is BROKEN:
                draft.tainted = True
            else:
                emitted.append(value)
            continue
        key = one_path(scope, draft, item, path)
        if key is None:
            draft.tainted = True
            continue
        file = _file_of_key(scope, draft.folder, key, path)
        if file is None:
            continue
        text = placed(scope, draft, file, "")
        if text is None:
            summary = f"`{key}` stands in `{file}`, and the `wdir` here is not equally deep for every item"
            scope.say(error("bad-path", summary, Site(path), help=f"name the file: `{file}: [{key}]`"))
            continue
        if text == "params.yaml":
            emitted.append(key)
        elif text in groups:
            groups[text].append(key)
        else:
            groups[text] = [key]
            emitted.append({text: groups[text]})
    return tuple(emitted)


def _file_of_key(scope: Scope, folder: str, key: str, path: Path) -> str | None:
    """The params file that a bare key stands in, relative to the project; None where that is reported."""
    if scope.owned:
        return "params.yaml"
    words = tuple(key.split("."))
    if "${" in key or any(char in key for char in "*?["):
        words = words[:1] if "${" not in words[0] and not any(c in words[0] for c in "*?[") else ()
    file = scope.param_file(words, folder) if words else next(iter(scope.param_files), None)
    if file is not None:
        return None if scope.is_ambiguous(words, Site(path), key, folder) else file.file
    if not scope.is_poisoned("params"):
        known = [str(k) for f in scope.param_files for k in (f.values or {})]
        help = (
            did_you_mean(key.split(".", maxsplit=1)[0], known)
            or "declare it under `params`, or name your file: `params: params.yaml`"
        )
        scope.say(error("param-missing", f"there is no parameter `{key}`", Site(path), help=help))
    return None


@frozen
class Evaluation:
    """Resolves the templates of one stage, instance by instance."""

    scope: Scope
    draft: Draft
    emitted: Emitted

    def instances(self) -> tuple[Instance, ...]:
        """Every instance of the stage."""
        found_ = [
            self.instance(key, item, context) for key, item, context in contexts(self.scope, self.draft)
        ]
        return tuple(found_)

    def instance(self, key: str | None, item: object, context: Mapping[str, object]) -> Instance:
        """One instance, every text as DVC resolves it."""
        draft, emitted, root = self.draft, self.emitted, self.scope.root
        path = (*draft.body_path, "wdir")
        wdir = self.text(draft.wdir, context, path)
        if wdir:
            check_directory(self.scope, draft.folder, wdir, path)
        base = joined(draft.folder, wdir)
        deps: list[tuple[str, str]] = []
        for dep in emitted.deps:
            text = self.text(dep.template, context, dep.path)
            deps.append((text, file_of(text, base, root)))
        params: list[ParamDep] = []
        for index, entry in enumerate(emitted.params):
            params += self.params(entry, index, context, base)
        outs = [self.product(output, context, base) for output in emitted.outputs]
        item_of = "" if key is None else f"@{key}"
        address = (draft.entry.name or draft.name) + item_of
        if draft.folder:
            address = f"{draft.folder}/dvc.yaml:{address}"
        cmd = self.commands(context)
        return Instance(
            address, draft.name + item_of, key, item, cmd, wdir, tuple(deps), _grouped(params), tuple(outs)
        )

    def commands(self, context: Mapping[str, object]) -> tuple[str, ...]:
        """The commands of the instance."""
        path = (*self.draft.body_path, "cmd")
        if isinstance(self.draft.body.cmd, list):
            listed = enumerate(self.emitted.cmd)
            return tuple([self.text(text, context, (*path, at), command=True) for at, text in listed])
        return tuple([self.text(text, context, path, command=True) for text in self.emitted.cmd])

    def product(self, output: Output, context: Mapping[str, object], base: str) -> Product:
        """An output of the instance."""
        text = self.text(output.template, context, output.path)
        file = file_of(text, base, self.scope.root)
        if (
            file.startswith("../") and normpath(join(self.scope.root, file)).startswith("..")
        ) or text.startswith("/"):
            summary = f"the output `{text}` lies outside the repository"
            help = "write into the project; DVC cannot version what lies elsewhere"
            self.scope.say(error("output-outside", summary, Site(output.path), help=help))
        elif "://" in text and output.flags.get("cache") is not False:
            summary = f"the output `{text}` lies outside the repository, and DVC caches no such output"
            help = "write into the project, or add `cache: false` to leave it where it is"
            self.scope.say(error("output-outside", summary, Site(output.path), help=help))
        cache = output.flags.get("cache", True) is not False
        product = Product(output.name, output.kind, text, file, cache, output)
        check_output(self.scope, product)
        return product

    def params(self, entry: object, index: int, context: Mapping[str, object], base: str) -> list[ParamDep]:
        """The parameters that one entry of DVC's list means, checked against the values that are known."""
        path = (*self.draft.body_path, "params", index)
        if isinstance(entry, str):
            return [self._dep("params.yaml", [self.text(entry, context, path)], base, path)]
        found_: list[ParamDep] = []
        for file, keys in cast("dict[str, list[str] | None]", entry).items():
            names = None if keys is None else [self.text(key, context, path) for key in keys]
            found_.append(self._dep(self.text(file, context, path), names, base, path))
        return found_

    def _dep(self, text: str, keys: list[str] | None, base: str, path: Path) -> ParamDep:
        file = file_of(text, base, self.scope.root)
        values = self.scope_values(file)
        for key in keys or []:
            if values is None or any(char in key for char in "*?["):
                continue
            if not found(values, tuple(key.split("."))) and not self.scope.is_poisoned("params"):
                known = [str(name) for name in values]
                summary = f"there is no parameter `{key}`" + ("" if self.scope.owned else f" in `{text}`")
                help = (
                    did_you_mean(key.split(".")[0], known)
                    if key.split(".")[0] not in values
                    else _below(values, key)
                )
                self.scope.say(error("param-missing", summary, Site(path, text=key), help=help))
        return ParamDep(file, text, None if keys is None else tuple(dict.fromkeys(keys)))

    def scope_values(self, file: str) -> Mapping[str, object] | None:
        """The values of a params file, where they are known."""
        scope = self.scope
        if scope.owned and file == "params.yaml":
            return scope.params
        if file in scope.produced_params or is_external(file):
            return None
        for known in scope.param_files:
            if known.file == file:
                return known.values
        return scope.other_params(file)

    def text(self, template: str, context: Mapping[str, object], path: Path, *, command: bool = False) -> str:
        """What DVC makes of a template; the template itself where a value is missing, which is reported once."""
        if "${" not in template:
            return template
        result = interpolate(template, context, command=command)
        if isinstance(result, str):
            return result
        if not isinstance(result, Refused):
            text, mapping = to_text(result), isinstance(result, Mapping)
            shown = "a mapping" if mapping else f"`{text}`, which is no text"
            summary = f"`{template}` stands alone and is {shown}: DVC keeps the type of such a value"
            help = "put a word before it" if mapping else "quote the value where it is given"
            self.scope.say(error("param-type", summary, Site(path), help=help))
            return text
        if result.reason == "type":
            summary = (
                f"`${{{result.expression}}}` is {result.detail}, and {result.detail} cannot stand inside text"
            )
            self.scope.say(error("param-type", summary, Site(path), help="refer to one of its values"))
        elif not self._may_be_unknown():
            summary = f"`${{{result.expression}}}`: there is no `{result.detail}`"
            self.scope.say(error("unresolved-reference", summary, Site(path)))
        return template

    def _may_be_unknown(self) -> bool:
        scope = self.scope
        files = any(f.values is None or f.file in scope.produced_params for f in scope.param_files)
        return files or scope.is_poisoned("params") or self.draft.local_unknown


def _below(values: Mapping[str, object], key: str) -> str:
    node: object = values
    for word in key.split("."):
        if not isinstance(node, dict):
            return ""
        mapping = cast("Mapping[object, object]", node)
        if word not in mapping:
            return did_you_mean(word, [str(name) for name in mapping])
        node = mapping[word]
    return ""


def _grouped(params: list[ParamDep]) -> tuple[ParamDep, ...]:
    """One entry a file, in order of first mention; a whole file swallows its keys."""
    if len(params) < 2:
        return tuple(params)
    files: dict[str, ParamDep] = {}
    for dep in params:
        before = files.setdefault(dep.file, dep)
        if before.keys is None or dep.keys is None:
            files[dep.file] = ParamDep(dep.file, before.text, None)
        else:
            files[dep.file] = ParamDep(dep.file, before.text, tuple(dict.fromkeys(before.keys + dep.keys)))
    return tuple(files.values())
