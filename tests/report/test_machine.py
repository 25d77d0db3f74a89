"""The reports for programs: JSON, SARIF, GitHub's workflow commands, GitLab's Code Quality."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mlproject import __version__
from mlproject.codes import BY_NAME
from mlproject.diagnostics import SEVERITIES, Diagnostic, Fix, Related, Site, Span
from mlproject.report import FORMATS
from mlproject.report.explain_code import section

NASTY = "\x1b[31m%0A::error::x\r\n::warning file=a,line=1::y##[add-mask]z, [click](http://evil.example) \ud800\u202e"
SPAN = Span("ml/mlproject.yaml", 5, 5, 5, 8)
FULL = Diagnostic(
    "unknown-key",
    "error",
    "a stage has no `dep`",
    Site(("stages", "train", "dep"), "key"),
    SPAN,
    (Related("stages are listed here", span=Span("ml/mlproject.yaml", 2, 1, 2, 7)), Related("no place")),
    "did you mean `deps`?",
    Fix("replace `dep` by `deps`", "deps"),
)
BARE = Diagnostic("unused-param", "warning", "no stage uses `lr`")
EVIL = Diagnostic(
    "bad-name",
    "error",
    NASTY,
    Site((NASTY,)),
    Span(NASTY, 1, 1, 2, 3),
    (Related(NASTY, span=SPAN),),
    NASTY,
    Fix(NASTY, NASTY),
)
INFO = Diagnostic("stale", "info", "the pin differs", span=SPAN)

texts = st.text(max_size=20)
numbers = st.integers(1, 10_000)
spans = st.builds(Span, texts, numbers, numbers, numbers, numbers)
diagnostics = st.builds(
    Diagnostic,
    st.sampled_from(sorted(BY_NAME)),
    st.sampled_from(SEVERITIES),
    st.text(min_size=1, max_size=20),
    st.none() | st.builds(Site, st.tuples(texts, st.integers(0, 9))),
    st.none() | spans,
    st.lists(st.builds(Related, texts, span=spans), max_size=2).map(tuple),
    texts,
    st.none() | st.builds(Fix, texts, texts),
)


def report(name: str, *given: Diagnostic) -> str:
    return FORMATS[name](given, lambda _: None, True, 80)


def parsed(name: str, *given: Diagnostic) -> Any:  # noqa: ANN401 - JSON has no static type
    return json.loads(report(name, *given))


@pytest.fixture(scope="module")
def schema(root: Path) -> Draft202012Validator:
    tree = json.loads((root / "schemas" / "diagnostics.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(tree)
    return Draft202012Validator(tree)


@pytest.mark.parametrize("name", [*FORMATS])
def test_every_format_takes_every_kind_of_diagnostic(name: str) -> None:
    shown = report(name, FULL, BARE, EVIL, INFO)
    assert shown.endswith("\n")
    assert "unknown-key" in shown
    assert report(name, FULL, BARE) == report(name, FULL, BARE)


@pytest.mark.parametrize("name", ["json", "sarif", "gitlab"])
def test_json_is_ascii_so_that_no_terminal_obeys_it(name: str) -> None:
    shown = report(name, EVIL)
    assert shown.isascii()
    assert shown.replace("\n", "").isprintable()


def test_json_holds_all_of_a_diagnostic() -> None:
    span = {"file": "ml/mlproject.yaml", "line": 5, "column": 5, "end_line": 5, "end_column": 8}
    other = {"file": "ml/mlproject.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 7}
    assert parsed("json", FULL) == {
        "format_version": 1,
        "counts": {"error": 1, "warning": 0, "info": 0},
        "diagnostics": [
            {
                "code": "unknown-key",
                "severity": "error",
                "summary": "a stage has no `dep`",
                "help": "did you mean `deps`?",
                "path": ["stages", "train", "dep"],
                "span": span,
                "related": [
                    {"message": "stages are listed here", "span": other},
                    {"message": "no place", "span": None},
                ],
                "fix": {"title": "replace `dep` by `deps`", "text": "deps", "span": span},
            }
        ],
    }


@given(st.lists(diagnostics, max_size=4))
def test_json_fits_its_schema(given: list[Diagnostic]) -> None:
    path = Path(__file__).resolve().parents[2] / "schemas" / "diagnostics.schema.json"
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(parsed("json", *given))


def test_the_schema_refuses_what_it_does_not_describe(schema: Draft202012Validator) -> None:
    tree = parsed("json", FULL)
    tree["diagnostics"][0]["line"] = 3
    assert not schema.is_valid(tree)
    tree = parsed("json", FULL)
    tree["diagnostics"][0]["span"]["column"] = 0
    assert not schema.is_valid(tree)


# The part of the SARIF 2.1.0 schema that our logs use, every object closed as it is there.
_TEXT = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
_RICH = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}


def closed(required: list[str], **properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_COUNT = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_FILE = closed(
    ["uri"],
    uri={"type": "string", "pattern": r"^(file:///)?[A-Za-z0-9._~/%-]*$"},
    uriBaseId={"type": "string"},
)
_REGION = closed(["startLine"], startLine=_COUNT, startColumn=_COUNT, endLine=_COUNT, endColumn=_COUNT)
_PHYSICAL = closed(["artifactLocation"], artifactLocation=_FILE, region=_REGION)
_REPLACEMENT = closed(["deletedRegion"], deletedRegion=_REGION, insertedContent=_TEXT)
_CHANGE = closed(
    ["artifactLocation", "replacements"],
    artifactLocation=_FILE,
    replacements={"type": "array", "minItems": 1, "items": _REPLACEMENT},
)
_RESULT = closed(
    ["message"],
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": -1},
    level=_LEVEL,
    message=_TEXT,
    locations={"type": "array", "items": closed([], physicalLocation=_PHYSICAL)},
    relatedLocations={
        "type": "array",
        "uniqueItems": True,
        "items": closed([], id={"type": "integer", "minimum": -1}, message=_TEXT, physicalLocation=_PHYSICAL),
    },
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    fixes={
        "type": "array",
        "uniqueItems": True,
        "items": closed(
            ["artifactChanges"],
            description=_TEXT,
            artifactChanges={"type": "array", "minItems": 1, "items": _CHANGE},
        ),
    },
)
_RULE = closed(
    ["id"],
    id={"type": "string"},
    name={"type": "string", "pattern": "^[A-Z][A-Za-z0-9]+$"},
    shortDescription=_RICH,
    fullDescription=_RICH,
    help=_RICH,
    defaultConfiguration=closed([], level=_LEVEL),
)
_DRIVER = closed(
    ["name"],
    name={"type": "string"},
    semanticVersion={"type": "string"},
    rules={"type": "array", "uniqueItems": True, "items": _RULE},
)
_RUN = closed(
    ["tool"],
    tool=closed(["driver"], driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": ["array", "null"], "items": _RESULT},
)
SARIF = Draft202012Validator(
    closed(
        ["version", "runs"],
        **{
            "$schema": {"type": "string"},
            "version": {"const": "2.1.0"},
            "runs": {"type": "array", "items": _RUN},
        },
    )
)


@given(st.lists(diagnostics, max_size=4))
def test_sarif_has_the_shape_of_its_standard(given: list[Diagnostic]) -> None:
    SARIF.validate(parsed("sarif", *given))


def test_sarif_describes_the_rules_that_it_reports() -> None:
    run = parsed("sarif", BARE, FULL, FULL)["runs"][0]
    driver = run["tool"]["driver"]
    assert driver["semanticVersion"] == __version__
    assert [rule["id"] for rule in driver["rules"]] == ["unknown-key", "unused-param"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert driver["rules"][0]["help"]["markdown"] == section("unknown-key")
    assert driver["rules"][1]["defaultConfiguration"] == {"level": "warning"}


def test_sarif_places_and_mends() -> None:
    run = parsed("sarif", FULL)["runs"][0]
    result = run["results"][0]
    file = {"uri": "ml/mlproject.yaml", "uriBaseId": "%SRCROOT%"}
    region = {"startLine": 5, "startColumn": 5, "endLine": 5, "endColumn": 8}
    assert run["columnKind"] == "unicodeCodePoints"
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": file, "region": region}}]
    assert result["message"] == {"text": "a stage has no `dep`\ndid you mean `deps`?"}
    assert [place["message"]["text"] for place in result["relatedLocations"]] == ["stages are listed here"]
    replacements = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacements == [{"deletedRegion": region, "insertedContent": {"text": "deps"}}]


def test_sarif_files_are_encoded_and_messages_have_no_links() -> None:
    def file(name: str) -> Any:  # noqa: ANN401 - JSON has no static type
        log = parsed("sarif", Diagnostic("stale", "error", "x", span=Span(name, 1, 1, 1, 1)))
        return log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]

    assert file("javascript:alert(1)/ü?#.yaml")["uri"] == "javascript%3Aalert%281%29/%C3%BC%3F%23.yaml"
    assert file("/tmp/a b.yaml") == {"uri": "file:///tmp/a%20b.yaml"}
    assert unquote(file("100%/x,y.yaml")["uri"]) == "100%/x,y.yaml"
    assert "](" not in parsed("sarif", EVIL)["runs"][0]["results"][0]["message"]["text"]


def moved(diagnostic: Diagnostic, lines: int) -> Diagnostic:
    span = diagnostic.span
    assert span is not None
    there = Span(span.file, span.line + lines, span.column, span.end_line + lines, span.end_column)
    return Diagnostic(diagnostic.code, diagnostic.severity, diagnostic.summary, diagnostic.site, there)


def test_fingerprints_survive_moved_lines_and_tell_findings_apart() -> None:
    def marks(*given: Diagnostic) -> list[str]:
        return [finding["fingerprint"] for finding in parsed("gitlab", *given)]

    assert marks(FULL, BARE) == marks(moved(FULL, 7), BARE)
    assert marks(BARE, FULL) == marks(FULL, BARE)[::-1]
    assert len({*marks(FULL, FULL, BARE, EVIL)}) == 4
    sarif = parsed("sarif", FULL)["runs"][0]["results"][0]["partialFingerprints"]
    assert [*sarif.values()] == marks(FULL)


def test_gitlab_findings_have_the_fields_that_gitlab_asks_for() -> None:
    first, second, third = parsed("gitlab", FULL, BARE, INFO)
    assert first == {
        "description": "a stage has no `dep` (did you mean `deps`?)",
        "check_name": "unknown-key",
        "fingerprint": first["fingerprint"],
        "severity": "major",
        "location": {"path": "ml/mlproject.yaml", "lines": {"begin": 5, "end": 5}},
    }
    assert second["severity"] == "minor"
    assert second["location"] == {"path": "mlproject.yaml", "lines": {"begin": 1, "end": 1}}
    assert third["severity"] == "info"


def command(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it."""
    head, message = line.removeprefix("::").split("::", 1)
    name, _, fields = head.partition(" ")
    unescape = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}

    def plain(text: str) -> str:
        for code, char in unescape.items():
            text = text.replace(code, char)
        return text.replace("%25", "%")

    return (
        name,
        {k: plain(v) for k, v in (field.split("=", 1) for field in fields.split(","))},
        plain(message),
    )


def test_github_commands_carry_place_title_and_message() -> None:
    first, second, third = report("github", FULL, BARE, INFO).splitlines()
    assert command(first) == (
        "error",
        {
            "file": "ml/mlproject.yaml",
            "line": "5",
            "endLine": "5",
            "col": "5",
            "endColumn": "8",
            "title": "unknown-key",
        },
        "a stage has no `dep`\nstages are listed here: ml/mlproject.yaml:2\nno place\nhelp: did you mean `deps`?",
    )
    assert command(second) == ("warning", {"title": "unused-param"}, "no stage uses `lr`")
    assert command(third)[0] == "notice"


def test_github_gets_no_columns_over_several_lines() -> None:
    wide = Diagnostic("stale", "error", "x", span=Span("a,b:c%.yaml", 1, 2, 3, 4))
    assert command(report("github", wide))[1] == {
        "file": "a,b:c%.yaml",
        "line": "1",
        "endLine": "3",
        "title": "stale",
    }


def test_github_is_told_what_it_would_drop() -> None:
    many = [Diagnostic("stale", "error", f"number {n}", span=SPAN) for n in range(13)] + [BARE]
    lines = report("github", *many).splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("::warning ") for line in lines) == 1
    assert lines[11:] == [
        "GitHub shows 10 annotations of type error for a step; 3 more:",
        *(f"  ml/mlproject.yaml:5:5: error[stale]: number {n}" for n in (10, 11, 12)),
    ]


@given(st.lists(diagnostics | st.just(EVIL), max_size=30))
def test_nothing_in_a_diagnostic_becomes_a_command_of_its_own(given: list[Diagnostic]) -> None:
    lines = report("github", *given).split("\n")[:-1]
    assert all(line.isprintable() for line in lines)
    commands = [line for line in lines if line.startswith("::")]
    shown = [min(10, sum(d.severity == severity for d in given)) for severity in SEVERITIES]
    assert len(commands) == sum(shown)
    for line in commands:
        assert command(line)[0] in {"error", "warning", "notice"}
        assert {*command(line)[1]} <= {"file", "line", "endLine", "col", "endColumn", "title"}
    for line in lines:
        assert line.startswith("::") or ("##[" not in line and not line.strip().startswith("::"))
