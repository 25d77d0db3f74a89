"""Generated pipelines over the features of stages, as plain data: most of them valid, some not.

Outputs get unique paths, and references go to earlier stages, so that what is wrong is wrong in an interesting way: a
selector that does not fit, a mapping inside a path, a name that is not there.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Spec = dict[str, Any]

WORDS = st.sampled_from(
    [
        "run",
        "--flag",
        "x=1",
        "'a b'",
        '"q"',
        "$HOME",
        "$${USER}",
        "|",
        "a\\b",
        "é",
        "  two",
        "# no",
        "$$",
        "{}",
    ]
)
ITEMS = st.lists(
    st.sampled_from(["a", "b", "c-1", "d_2", "x.y", "1", 2, 2.5, True, "two w"]), min_size=1, max_size=3
)
UNIQUE = ITEMS.map(lambda items: list({str(item).lower(): item for item in items}.values()))
ENTRIES = st.dictionaries(
    st.sampled_from(["a", "b", "k-1", "e.f"]),
    st.one_of(
        st.sampled_from(["u", "v", 1, 0.5, None, True]),
        st.fixed_dictionaries({"n": st.sampled_from([1, 2]), "p": st.sampled_from(["p", "q/r"])}),
    ),
    min_size=1,
    max_size=3,
)
PARAMS: Spec = {
    "lr": 0.1,
    "n": 3,
    "on": True,
    "none": None,
    "dir": "deep/er",
    "name": "two words",
    "one": "solo",
    "list": ["a", "b"],
    "numbers": [1, 2],
    "map": {"x": {"n": 1, "p": "p"}, "y": {"n": 2, "p": "q/r"}},
    "flags": {"lr": 0.1, "deep": {"a": [1, "b c"], "on": False}, "yes": True},
}
VALUES = st.sampled_from(["lr", "n", "on", "one", "none", "name", "list[0]", "map.x.n", "flags.deep.on"])
KEYS = st.sampled_from(["lr", "n", "map", "map.x", "flags.deep", "list", "dir"])
FLAGS: Any = st.fixed_dictionaries(
    {},
    optional={
        "cache": st.booleans(),
        "persist": st.booleans(),
        "push": st.booleans(),
        "desc": st.sampled_from(["a file", "of ${params.one}"]),
        "labels": st.just(["x", "y"]),
        "type": st.just("model"),
        "meta": st.sampled_from([{"a": 1}, {"b": ["${params.n}"]}]),
    },
)
PLOT_FLAGS: Any = st.fixed_dictionaries(
    {}, optional={"x": st.just("a"), "y": st.just("b"), "title": st.just("T"), "header": st.booleans()}
)


class Made:
    """A stage made so far: what a later one may refer to."""

    def __init__(self, name: str, loop: str, axes: list[str], keys: list[str], outs: list[str]) -> None:
        self.name, self.loop, self.axes, self.keys, self.outs = name, loop, axes, keys, outs


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    """A whole spec of one to eight stages."""
    spec: Spec = {"name": "generated", "params": PARAMS, "vars": {"v": "w1", "items": ["a", "b"]}}
    spec["data"] = {
        "raw": {"path": "data/raw.csv"},
        "tree": {"path": draw(st.sampled_from(["in", "in/", "./in"]))},
    }
    stages: Spec = {}
    made: list[Made] = []
    for index in range(draw(st.integers(1, 8))):
        name = f"s{index}"
        stages[name] = _stage(draw, name, made)
    spec["stages"] = stages
    return spec


def _stage(draw: st.DrawFn, name: str, made: list[Made]) -> Spec:
    loop, entry, axes, keys = _loop(draw)
    body: Spec = {}
    mark = {"": "", "foreach-list": "${item}", "foreach-map": "${key}", "matrix": "${key}"}[loop]
    inside = [f"wd/{mark}", f"{mark}/{mark}"] if mark else []
    wdir = draw(
        st.sampled_from(["", "", "", "w", "w/x/", "./w", "..", "${params.dir}", "${vars.v}/y", *inside])
    )
    if wdir:
        body["wdir"] = wdir
    if draw(st.integers(0, 3)) == 0:
        entry["folder"] = draw(st.sampled_from(["books", "deep/folder", "books/"]))
    me = Made(name, loop, axes, keys, [])
    _outputs(draw, name, mark, body, me)
    body["cmd"] = _command(draw, made, me)
    body["deps"] = draw(st.lists(_path(made, Made(name, loop, axes, keys, [])), max_size=3))
    body["params"] = draw(st.lists(st.one_of(KEYS, st.just({"conf/o.yaml": ["a.b"]})), max_size=3))
    for key in ("frozen", "always_changed"):
        if draw(st.integers(0, 5)) == 0:
            body[key] = draw(st.booleans())
    if draw(st.integers(0, 4)) == 0:
        body["desc"] = draw(st.sampled_from(["plain", "with ${params.lr}"]))
        body["vars"] = [{"local": draw(st.sampled_from([1, "t", {"u": "z"}]))}]
        body["meta"] = {"a": ["${params.n}", 1]}
    made.append(me)
    if loop.startswith("foreach"):
        return {**entry, "do": body}
    return {**entry, **body}


def _loop(draw: st.DrawFn) -> tuple[str, Spec, list[str], list[str]]:
    source: Any
    kind = draw(st.sampled_from(["", "", "", "foreach-list", "foreach-map", "matrix"]))
    if kind == "foreach-list":
        source = draw(
            st.one_of(UNIQUE, st.sampled_from(["${params.list}", "${params.numbers}", "${vars.items}"]))
        )
        return kind, {"foreach": source}, [], [str(source[0])] if isinstance(source, list) else []
    if kind == "foreach-map":
        source = draw(st.one_of(ENTRIES, st.just("${params.map}")))
        return kind, {"foreach": source}, [], [next(iter(source))] if isinstance(source, dict) else ["x"]
    if kind == "matrix":
        axis = st.one_of(UNIQUE, st.sampled_from(["${params.list}", "${params.numbers}"]))
        axes = draw(st.dictionaries(st.sampled_from(["m", "d", "x-1"]), axis, min_size=1, max_size=2))
        return kind, {"matrix": axes}, list(axes), []
    return "", {}, [], []


def _outputs(draw: st.DrawFn, name: str, mark: str, body: Spec, me: Made) -> None:
    """Up to three outputs in mapping or list form, each with a path of its own."""
    plots = False
    for section in ("outs", "metrics", "plots"):
        count = draw(st.integers(0, 2 if section == "outs" else 1))
        plots = section == "plots"
        named: Spec = {}
        listed: list[object] = []
        as_list = draw(st.booleans())
        for index in range(count):
            tail = draw(st.sampled_from(["", "/", ".csv", "/${params.one}", "/${params.dir}"]))
            path = f"{draw(st.sampled_from(['', './', 'sub/']))}{name}-{section}-{index}{'-' + mark if mark else ''}{tail}"
            flags = draw(FLAGS) | (draw(PLOT_FLAGS) if plots else {})
            if as_list:
                listed.append({path: flags} if flags else path)
            else:
                me.outs.append(f"{section[0]}{index}")
                named[me.outs[-1]] = {"path": path, **flags} if flags else path
        if count:
            body[section] = listed if as_list else named


def _command(draw: st.DrawFn, made: list[Made], me: Made) -> object:
    pieces = st.one_of(
        WORDS,
        _path(made, me),
        VALUES.map(lambda key: f"${{params.{key}}}"),
        _item(me),
        st.just("${params.flags}"),
    )
    one = st.tuples(WORDS, st.lists(pieces, max_size=5)).map(_words)
    return draw(
        st.one_of(one, st.lists(one, min_size=1, max_size=2), one.map(lambda text: f"{text}\nsecond line\n"))
    )


def _words(drawn: tuple[str, list[str]]) -> str:
    return " ".join([drawn[0], *drawn[1]])


def _item(me: Made) -> st.SearchStrategy[str]:
    names = {"": [], "foreach-list": ["${item}"], "foreach-map": ["${key}"], "matrix": ["${key}"]}
    return st.sampled_from([*names[me.loop], *(f"${{item.{axis}}}" for axis in me.axes), "plain"])


def _path(made: list[Made], me: Made) -> st.SearchStrategy[str]:
    """A path, plain or referred to, with what may follow it."""
    known = ["${data.raw}", "${data.tree}", "plain/file.txt", "./dotted", "dir/", "up/${params.one}"]
    for other in made:
        for out in other.outs:
            known += [f"${{stages.{other.name}{selector}.{out}}}" for selector in _selectors(other, me)]
    known += [f"${{outs.{out}}}" for out in me.outs]
    tails = st.sampled_from(["", "", "", "/", "/part.csv", "/${params.one}/x", "/*.csv"])
    return st.tuples(st.sampled_from(known), tails).map("".join)


def _selectors(other: Made, me: Made) -> list[str]:
    if not other.loop:
        return [""]
    found = ["[*]", f"[{other.keys[0]}]"] if other.keys else ["[*]"]
    if me.loop == other.loop:
        found.append("[item]")
    if me.loop == other.loop == "foreach-map":
        found.append("[key]")
    if other.axes:
        found.append(f"[{', '.join(f'{axis}=*' for axis in other.axes)}]")
        mine = {axis: f"item.{axis}" if axis in me.axes else "*" for axis in other.axes}
        found.append(f"[{', '.join(f'{axis}={value}' for axis, value in mine.items())}]")
    return found
