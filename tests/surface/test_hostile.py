"""Files that nobody would write and somebody sends: a diagnostic at its place, never a traceback, from every verb."""

from __future__ import annotations

from pathlib import Path

import pytest

from surface.running import SPEC, run

LAUGHS = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (here, here, b", ".join([b"*%c" % (here - 1)] * 9)) for here in range(98, 110)
)
FILES = {
    "empty": (b"", "not-a-mapping"),
    "blank": (b"\n\n   \n", "not-a-mapping"),
    "binary": (bytes(range(256)) * 16, "not-utf8"),
    "latin-1": ("name: demö\n".encode("latin-1"), "not-utf8"),
    "utf-16": (SPEC.decode().encode("utf-16"), "not-utf8"),
    "nul": (b"name: a\0b\n", "yaml-syntax"),
    "truncated": (SPEC[:60], "yaml-syntax"),
    "truncated-in-a-character": ("name: demo\ndescription: ä".encode()[:-1], "not-utf8"),
    "deep": (b"name: demo\nvars: " + b"[" * 100_000, "yaml-limit"),
    "deep-block": (b"".join(b" " * depth + b"a:\n" for depth in range(2000)), "yaml-limit"),
    "recursive": (b"name: demo\nvars: &v {again: *v}\n", "yaml-limit"),
    "recursive-key": (b"name: demo\nvars: &v {? *v : 1}\n", "yaml-"),
    "laughs": (LAUGHS, "yaml-limit"),
    "50-mb": (b"# " + b"x" * (50 * 2**20), "yaml-limit"),
    "long-line": (b"name: demo\nstages: {" + b"a" * 2_000_000, "yaml-"),
    "object": (b"name: !!python/object/apply:os.system [touch ran]\n", "yaml-tag"),
    "escapes": (b'name: "\\e[2J\\x07"\nstagez: 1\n', "bad-name"),
}


@pytest.mark.parametrize("verb", ["validate", "compile", "graph"])
@pytest.mark.parametrize("name", list(FILES))
def test_a_hostile_file_is_a_diagnostic(name: str, verb: str, tmp_path: Path) -> None:
    content, code = FILES[name]
    (tmp_path / "mlproject.yaml").write_bytes(content)
    done = run(verb, at=tmp_path)
    assert done.code == 1
    assert f"error[{code}" in done.out + done.err
    assert "Traceback" not in done.out + done.err
    assert "\x1b" not in done.out + done.err
    assert {path.name for path in tmp_path.iterdir()} <= {"mlproject.yaml", ".mlproject"}


@pytest.mark.parametrize("name", list(FILES))
def test_explain_leaves_the_words_to_validate(name: str, tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").write_bytes(FILES[name][0])
    done = run("explain", "stages.train", at=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == "Error: `mlproject.yaml` is not valid; `mlproject validate` says why\n"


def test_every_beginning_of_a_spec_is_valid_or_a_diagnostic(tmp_path: Path) -> None:
    for end in range(len(SPEC)):
        (tmp_path / "mlproject.yaml").write_bytes(SPEC[:end])
        done = run("validate", "--format", "json", at=tmp_path)
        assert done.code in (0, 1), SPEC[:end]
        assert done.err == ""


@pytest.mark.parametrize(
    ("place", "text", "code"),
    [
        ("mlproject.yaml", None, "outside-repository"),
        ("preset.yaml", "extends: preset.yaml\n", "outside-repository"),
        ("params.json", "params: params.json\n", "outside-repository"),
        ("requirements.txt", "python: {requirements: requirements.txt}\n", "outside-repository"),
        ("books", "extends: books/preset.yaml\n", "outside-repository"),
    ],
)
def test_a_link_out_of_the_repository_is_not_followed(
    place: str, text: str | None, code: str, tmp_path: Path
) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    (project / ".git").mkdir(parents=True)
    outside.mkdir()
    for name in ("mlproject.yaml", "preset.yaml", "params.json", "requirements.txt"):
        (outside / name).write_text('{"secret": "do not read me"}\n', encoding="utf-8")
    if text is not None:
        (project / "mlproject.yaml").write_bytes(SPEC.replace(b"params: {lr: 0.1}\n", text.encode()))
    (project / place).symlink_to(outside / place if place != "books" else outside)
    for verb in ("validate", "compile"):
        done = run(verb, at=project)
        assert done.code == 1
        assert f"error[{code}]" in done.out
        assert "secret" not in done.out
    assert sorted(path.name for path in outside.iterdir()) == [
        "mlproject.yaml",
        "params.json",
        "preset.yaml",
        "requirements.txt",
    ]


@pytest.mark.parametrize("path", ["../preset.yaml", "{outside}/preset.yaml"])
def test_a_preset_outside_of_the_repository_is_not_read(path: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (tmp_path / "preset.yaml").write_text("description: do not read me\n", encoding="utf-8")
    line = f"extends: {path.format(outside=tmp_path)}\n".encode()
    (project / "mlproject.yaml").write_bytes(line + SPEC)
    done = run("validate", at=project)
    assert done.code == 1
    assert "error[outside-repository]: the preset" in done.out
    assert "--> mlproject.yaml:1:10" in done.out
