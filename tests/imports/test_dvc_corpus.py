"""Real pipelines: each that DVC takes is imported, compiles, and means the same to DVC; with real locks, too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imports.corpus import Row, by_repository, checkout, rows
from imports.importing import imported, run
from imports.round_trip import RefusedError, differences, see
from imports.table import as_markdown, native_keys, table, totals
from oracle.resolving import prepare

# DVC itself takes half a minute for it; `make corpus` compares it, and here a sample of its instances is compared.
BIG = "dfsnow/opentimes"


def _repositories() -> Iterator[str]:
    """Names for the parameters of the tests; without a corpus there is one, and the fixture skips it."""
    root = Path(__file__).resolve().parents[2]
    corpus = Path(os.environ.get("MLPROJECT_CORPUS") or root.parent / "shared" / "corpus")
    found = rows(corpus) if (corpus / "INDEX.tsv").is_file() else []
    names = by_repository([row for row in found if row.kind == "dvc"])
    yield from (name for name in names if name != BIG)
    if not names:
        yield "none"


def _pipelines(corpus: Path, repo: str) -> list[Row]:
    return [row for row in rows(corpus) if (row.kind, row.repo) == ("dvc", repo)]


@pytest.mark.parametrize("repo", list(_repositories()))
def test_a_real_pipeline_means_the_same(corpus: Path, repo: str, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    checkout(_pipelines(corpus, repo), before)
    prepare(before)
    try:
        meant = see(before)
    except RefusedError as error:
        pytest.skip(f"DVC refuses it: {error}")
    result = imported(before, after)
    assert result.refused == ""
    assert differences(meant, see(after)) == []
    assert [native_keys(spec) for spec in result.specs] == [()] * len(result.specs)


def test_thousands_of_instances_are_imported(corpus: Path, tmp_path: Path) -> None:
    """All of it is imported and compiled; DVC's own loader resolves every twentieth instance."""
    before, after = tmp_path / "before", tmp_path / "after"
    checkout(_pipelines(corpus, BIG), before)
    prepare(before)
    result = imported(before, after)
    assert result.refused == ""
    assert _some_instances(before) == _some_instances(after)


def _some_instances(directory: Path) -> dict[str, object]:
    from dvc.dvcfile import load_file
    from dvc.repo import Repo

    with Repo(str(directory)) as repo:
        file: Any = load_file(repo, str(directory / "data" / "dvc.yaml"))
        resolver = file.resolver
        names = list(resolver.get_keys())
        assert len(names) > 4000
        return {"names": names, **{name: resolver.resolve_one(name) for name in names[:: len(names) // 200]}}


def test_a_lock_of_the_old_form_is_named(corpus: Path, tmp_path: Path) -> None:
    rows_of = _pipelines(corpus, "alegonz/otokuna")
    checkout(rows_of, tmp_path)
    prepare(tmp_path)
    ran = run(tmp_path, "import", ".", "--dry-run")
    assert "dvc.lock" in ran.said


def test_the_table_says_of_each_file_what_came_of_it(corpus: Path) -> None:
    lines = [
        *table(corpus, "dvc", "babaksoft/iris-e2e"),
        *table(corpus, "mlproject", "mlflow-example"),
        *table(corpus, "bento", "AgroLidar"),
        *table(corpus, "dvc", "options-forecast"),
    ]
    assert [(line.accepted, line.imported, line.equal) for line in lines[:3]] == [("yes", "yes", "yes")] * 3
    assert lines[0].before > int(lines[0].after)
    assert lines[3].accepted.startswith("no: failed to parse 'stages.ingest.cmd'")
    assert totals(lines)[:2] == [
        "4 files; 3 are accepted by their tool",
        "of those, 3 are imported, 3 are equal afterwards",
    ]
    assert as_markdown(lines).count("\n| ") == 5
