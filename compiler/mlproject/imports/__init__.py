"""A project's own files (`dvc.yaml`, `params.yaml`, `.dvc` files, `MLproject`, `bentofile.yaml`, workflows) as a spec.

    files ── find ──▶ what is there ── one reader a tool ──▶ `Taken` parts ── join ──▶ one tree a project
    ── shorten (each reference checked by compiling) ──▶ the same, written once ── writing ──▶ text

A reader says what a file means in the words of the spec, and from where each part of it came, so that comments go along
and a diagnostic stands at the line that it is about. Nothing is dropped: what the language cannot say goes under
`native`, or a diagnostic tells it.
"""
