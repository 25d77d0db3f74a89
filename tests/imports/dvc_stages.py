"""One generated stage: where it runs, what it reads and writes, its command."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from posixpath import join, normpath, relpath
from typing import Any

from imports.dvc_loops import MARK, Loop, Made, Out, loop_of
from imports.dvc_values import Data, Known, values

NAMES = ["train", "prepare", "fit_2", "eval-it", "Report"]
ODD_NAMES = ["größe", "two words", "2nd", "-x", "_"]
WORDS = [
    "python src/train.py",
    "run",
    "--flag",
    "x=1",
    "'a b'",
    '"q"',
    "$HOME",
    "\\${HOME}",
    "\\${A:-b}",
    "$(date +%s)",
    "`ls`",
    "|",
    "&&",
    "> out.txt",
    "2>&1",
    "a\\b",
    "é✓🙂",
    "  two",
    "# no",
    "$$",
    "{}",
    "{a,b}",
    "awk '{print $1}'",
    "\"{'k': [1]}\"",
    "key: value",
    "- dash",
    "%d",
    "tab\there",
    "*.csv",
    "!",
    "@x",
    "$",
    "\\",
    "C:\\x",
    "}",
]
SOURCES = [
    "src/train.py",
    "./src/train.py",
    "data/raw/",
    "data/raw",
    "my file.csv",
    "a,b=c#1.txt",
    "é.txt",
    "x[1].csv",
    "deep/../plain.txt",
    "https://example.com/d.csv?x=1&y=%20",
    "s3://bucket/raw.csv",
    "gs://bucket/raw/",
    "remote://store/raw.csv",
]
METAS: list[Any] = [{"a": [1, None, {"b": "x"}]}, "text", 3, [], {"deep": {"k": True}}, None]
FILE_SHAPES = ["yaml", "json", "toml", "py"]


def stage_of(made: Made, folder: str) -> tuple[str, Data]:
    """A stage's name and what stands under it."""
    name = f"{made.pick(ODD_NAMES if made.odd and made.chance(3) else NAMES)}{made.next()}"
    known = made.known[folder]
    loop = loop_of(made, folder)
    body: Data = {}
    wdir, base = _wdir(made, folder, known, loop.mark if loop else "")
    if wdir:
        body["wdir"] = wdir
    if made.chance(6):
        local = Known()
        body["vars"] = [values(made, local)] if MARK in base else vars_of(made, base, local)
        known = known.with_(local)
    scope = _Scope(made, folder, base, loop, known)
    scope.fill(body)
    body = dict(made.shuffled(list(body.items())))
    if loop is None or loop.marks:
        made.outs.extend(scope.made_outs)
    if loop is None:
        return name, body
    entry = copy.deepcopy(loop.entry)
    return name, {**entry, **body} if loop.kind == "matrix" else {**entry, "do": body}


def _wdir(made: Made, folder: str, known: Known, mark: str) -> tuple[str, str]:
    """The text of `wdir`, and the place it means, with MARK for the loop's mark."""
    choices: list[tuple[str, str]] = [("", "")] * 4 + [
        ("w", "w"),
        ("./w", "w"),
        ("w/x/", "w/x"),
        ("w/..", ""),
        (".", ""),
    ]
    if folder:
        choices += [("..", ".."), ("../other", "../other")]
    choices += [(f"${{{e}}}", v) for e, v in known.all("word")]
    choices += [(f"w-${{{e}}}/y", f"w-{v}/y") for e, v in known.all("word")]
    if mark:
        choices += [(f"wd/{mark}", f"wd/{MARK}")]
    text, meant = made.pick(choices)
    return text, _clean(join(folder, meant))


def _clean(path: str) -> str:
    found = normpath(path)
    return "" if found == "." else found


def vars_of(made: Made, base: str, known: Known) -> list[Any]:
    """Entries of a `vars` list whose files lie relative to `base`."""
    entries: list[Any] = []
    for _ in range(made.upto(3)):
        form = made.pick(["inline", "inline", "file", "file", "keys", "split"])
        if form == "inline":
            entries.append(values(made, known))
        elif form == "split":
            tag = made.next()
            entries += [{f"both{tag}": {"a": "aa"}}, {f"both{tag}": {"b": 2}}]
            known.add("word", f"both{tag}.a", "aa")
        else:
            entries += _file_entries(made, base, known, form == "keys")
    return entries


def _file_entries(made: Made, base: str, known: Known, by_keys: bool) -> list[str]:
    shape = made.pick(FILE_SHAPES)
    place = made.pick(["", "conf/", "./", *(["../"] if base and not base.startswith("..") else [])])
    name = f"{place}settings{made.next()}.{shape}"
    mine = Known()
    content = values(made, mine, shape)
    made.contents[normpath(join(base, name))] = content
    entries = [name]
    if by_keys:
        keys = [key for key in content if "," not in key and ":" not in key]
        kept = keys[: 1 + made.upto(len(keys) - 1)]
        entries = [f"{name}:{','.join(kept)}"]
        if len(kept) > 1 and made.chance(2):
            entries = [f"{name}:{kept[0]}", f"{name}:{','.join(kept[1:])}"]
        mine.of = {
            kind: [(e, v) for e, v in pairs if e.strip().split(".")[0].split("[")[0] in kept]
            for kind, pairs in mine.of.items()
        }
    elif made.chance(6):
        entries = [name, name]
    for kind, pairs in mine.of.items():
        known.of.setdefault(kind, []).extend(pairs)
    return entries


@dataclass
class _Scope:
    """What a stage being made can say: where it is, its loop, what it knows."""

    made: Made
    folder: str
    base: str
    loop: Loop | None
    known: Known
    made_outs: list[Out] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # its paths so far, for the command

    def fill(self, body: Data) -> None:
        """Everything of a stage but where it runs."""
        made = self.made
        deps, params = self.deps(), self.params()
        self.sections(body)
        body["cmd"] = self.command()
        if deps or made.chance(10):
            body["deps"] = deps
        if params or made.chance(15):
            body["params"] = params
        for key in ("frozen", "always_changed"):
            if made.chance(8):
                body[key] = made.chance(2)
        if made.chance(6):
            body["desc"] = self.text(["plain", "a: b # c", "two\nlines", "it's", ""])
        if made.chance(6):
            body["meta"] = copy.deepcopy(made.pick(METAS))

    def text(self, plain: list[str]) -> str:
        """A text, with a template in it now and then."""
        text = self.made.pick(plain)
        scalars = self.known.all("scalar", "word")
        if scalars and self.made.chance(4):
            text = f"{text} ${{{self.made.pick(scalars)[0]}}}"
        return text

    def _shown(self, path: str) -> str:
        return path.replace(MARK, self.loop.mark if self.loop else "")

    def deps(self) -> list[str]:
        """Dependencies: outputs made before, sources, datasets."""
        made = self.made
        found: list[str] = []
        for _ in range(made.upto(4)):
            if made.outs and made.chance(2):
                found.append(self._on_output(made.pick(made.outs)))
            elif made.datasets and made.chance(3):
                found.append(f"ds://{made.pick(made.datasets)}")
            else:
                found.append(self._on_source())
        if found and made.chance(12):
            found.append(found[0])
        self.told += found
        return found

    def _on_source(self) -> str:
        made = self.made
        words = self.known.all("word")
        choices = [*SOURCES]
        if words:
            choices += [f"in/${{{made.pick(words)[0]}}}/x.csv"] * 3
        if self.loop:
            choices += [f"in/{made.pick(self.loop.fragments)}.csv"] * 3
        if _clean(self.base).count("/") >= 0 and self.base and not self.base.startswith(".."):
            choices.append("../common.py")
        return made.pick(choices)

    def _on_output(self, out: Out) -> str:
        """The path of an output as this stage says it, or of something inside it."""
        made = self.made
        made.edges.add((out.folder, self.folder))
        path = out.path
        if "://" in path:
            return path.replace(MARK, out.loop.marks[0] if out.loop else "")
        if MARK in path and out.loop is not self.loop:
            assert out.loop is not None
            path = path.replace(MARK, made.pick(out.loop.marks))
        elif MARK in path and self.loop and made.chance(3):
            path = path.replace(MARK, made.pick(self.loop.marks))
        inside = path.endswith("/") or "." not in path.rsplit("/", 1)[-1]
        text = relpath(path, self.base or ".")
        text += made.pick(["", "", "/"]) if path.endswith("/") else ""
        if inside and made.chance(4):
            text = f"{text.rstrip('/')}/part.csv"
        text = made.pick(["", "", "", "./"]) + text if not text.startswith("..") else text
        for expression, value in self.known.all("word"):
            if f"/{value}/" in text and made.chance(2):
                text = text.replace(f"/{value}/", f"/${{{expression}}}/", 1)
        return self._shown(text)

    def params(self) -> list[Any]:
        """Parameters in all forms that DVC takes. They are there, unless what is absent is asked for."""
        made = self.made
        found: list[Any] = []
        for _ in range(made.upto(3)):
            form = made.pick(["key", "key", "file", "all", "several", "templated", "templated", "empty"])
            if form == "key":
                found.append(made.pick(self._there("params.yaml")))
            elif form == "several":
                found.append({"several.yaml": self._there("several.yaml")[-2:], "other.json": None})
                self._there("other.json")
            elif form == "templated" and self.known.all("word"):
                expression, value = made.pick(self.known.all("word"))
                self._there("own.yaml", value)
                found.append({"own.yaml": [f"${{{expression}}}"]})
            else:
                place = self._known_file()
                keys = made.some(self._there(place), 3, 1)
                found.append({place: {"file": keys, "all": None}.get(form, [])})
        return found

    def _known_file(self) -> str:
        """A parameter file as the stage says it: one of its own, or one that others read too."""
        near = [] if self.base.startswith("..") else list(self.made.contents)
        return self.made.pick(
            ["own.yaml", "conf/own.toml", *(relpath(file, self.base or ".") for file in near)]
        )

    def _there(self, file: str, key: str = "") -> list[str]:
        """The keys of a parameter file, which is made or gets a key more."""
        made = self.made
        if made.absent and made.chance(2):
            return [key or "absent", "not.there"]
        key = key or f"k{made.next()}"
        marks = self.loop.marks if self.loop and self.loop.marks else [""]
        bases = [self.base.replace(MARK, mark) for mark in marks]
        keys: list[str] = []
        for base in bases:
            content = made.contents.setdefault(normpath(join(base, file)), {})
            content.setdefault(key, made.pick([1, 0.5, "text", [1, 2], True]))
            keys = [*_dotted(content), key]
        return keys

    def sections(self, body: Data) -> None:
        """`outs`, `metrics` and `plots`."""
        for section, most in (("outs", 3), ("metrics", 1), ("plots", 2)):
            entries: list[Any] = []
            for _ in range(self.made.upto(most)):
                text, flags = self._output(section)
                if flags is None:
                    entries.append(text)
                elif entries and isinstance(entries[-1], dict) and self.made.chance(5):
                    entries[-1][text] = flags
                else:
                    entries.append({text: flags})
            if entries or self.made.chance(20):
                body[section] = entries

    def _output(self, section: str) -> tuple[str, Data | None]:
        made = self.made
        number = made.next()
        loop = self.loop
        marked = f"-{MARK}" if loop else ""
        if section == "outs" and made.chance(10):
            place = made.pick(["s3://bucket/", "remote://store/"])
            path = f"{place}o{number}{marked}"
            self.made_outs.append(Out(path, self.folder, loop))
            return self._shown(path), {**self._flags(), "cache": False}
        prefix, meant = made.pick(self._prefixes())
        suffix = made.pick(["", "/", ".csv", ".json", "/model.bin", " x.csv"])
        path = f"{prefix}o{number}{marked}{suffix}"
        whole = _clean(join(self.base, f"{meant}o{number}{marked}{suffix}"))
        self.made_outs.append(Out(whole + ("/" if suffix == "/" else ""), self.folder, loop))
        text = self._shown(path)
        self.told.append(text)
        flags = self._flags() | (self._plot() if section == "plots" else {})
        return text, flags if flags or made.chance(12) else None

    def _prefixes(self) -> list[tuple[str, str]]:
        prefixes = [("", "")] * 3 + [("./", ""), ("out/", "out/"), ("a/../out/", "out/")]
        prefixes += [(f"out/${{{e}}}/", f"out/{v}/") for e, v in self.known.all("word")]
        if self.base and not self.base.startswith(".."):
            prefixes.append(("../up/", "../up/"))
        if self.loop:
            prefixes += [(f"by/{MARK}/", f"by/{MARK}/")]
        return prefixes

    def _flags(self) -> Data:
        made = self.made
        if not made.chance(2):
            return {}
        options: Data = {
            "cache": made.chance(2),
            "persist": made.chance(2),
            "push": made.chance(2),
            "remote": "store",
            "desc": self.text(["a file", "it's: odd", ""]),
            "type": self.text(["model", "dataset"]),
            "labels": made.pick([["x", "y"], ["a b", "ü"], []]),
            "meta": made.pick([{"a": 1}, {"b": [None, {"c": "d"}]}, {"ü": True}]),
        }
        chosen = made.some(sorted(options), 3)
        return {name: copy.deepcopy(options[name]) for name in chosen}

    def _plot(self) -> Data:
        made = self.made
        options: Data = {
            "x": "fpr",
            "y": "tpr col",
            "x_label": self.text(["false, positive"]),
            "y_label": "y",
            "title": self.text(["T: 1"]),
            "header": made.chance(2),
            "template": made.pick(["linear", "confusion_normalized", "templates/own.json"]),
        }
        chosen = made.some(sorted(options), 4)
        return {name: options[name] for name in chosen}

    def command(self) -> Any:
        """Text or a list, of one line or several."""
        made = self.made
        form = made.pick(["line", "line", "line", "lines", "block", "list", "whole"])
        if form == "whole" and self.known.all("command"):
            return f"${{{made.pick(self.known.all('command'))[0]}}}"
        if form == "list":
            return [self._line() for _ in range(1 + made.upto(2))]
        if form in ("lines", "block"):
            joint = made.pick(["\n", " \\\n  ", "\n\n"])
            text = joint.join(self._line() for _ in range(2 + made.upto(1)))
            return text + made.pick(["", "\n", "\n\n"] if form == "block" else ["", "\n"])
        return self._line() + (" ${" if made.chance(20) else "")

    def _line(self) -> str:
        made = self.made
        return " ".join([made.pick(WORDS[:2]), *(self._piece() for _ in range(made.upto(5)))])

    def _piece(self) -> str:
        made = self.made
        forms: list[Any] = [("word", "")] * 3
        forms += [("path", "")] * 3 if self.told else []
        forms += [("value", "")] * 2 if self.known.all("scalar", "word", "command") else []
        forms += [("flags", "")] if self.known.all("flags") else []
        forms += [("loop", "")] * 2 if self.loop else []
        form, _ = made.pick(forms)
        if form == "path":
            path = made.pick(self.told)
            return made.pick([path, path, path, f"--in={path}", f"'{path}'", f"{path}/x", f"{path},{path}"])
        if form == "value":
            expression = made.pick(self.known.all("scalar", "word", "command"))[0]
            return made.pick(["", "", "--x=", '"']) + f"${{{expression}}}"
        if form == "flags":
            return f"${{{made.pick(self.known.all('flags'))[0]}}}"
        if form == "loop":
            assert self.loop is not None
            return made.pick(["", "--i=", "pre-"]) + made.pick(self.loop.fragments)
        return made.pick(WORDS)


def _dotted(content: Data) -> list[str]:
    """The keys of a parameter file, those inside mappings too; a dot in a key would be two keys."""
    found = [key for key in content if "." not in key]
    for key, value in content.items():
        if isinstance(value, dict) and "." not in key:
            found += [f"{key}.{inner}" for inner in value if "." not in inner]
    return found
