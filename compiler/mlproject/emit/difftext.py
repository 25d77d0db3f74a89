"""Two texts as a unified diff, as `git diff` prints it and `git apply` reads it.

What both begin and end with is cut off before the comparison: an edit in a long file costs its own length.
"""

from __future__ import annotations

from difflib import SequenceMatcher

_CONTEXT = 3


def unified(file: str, before: str | None, after: str | None) -> str:
    """The diff of one file; None is a file that is not there. '' where the texts are equal."""
    if before == after:
        return ""
    old, new = _lines(before), _lines(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    skipped = max(0, start - _CONTEXT)
    kept = max(0, end - _CONTEXT)
    out = [
        f"--- {'a/' + file if before is not None else '/dev/null'}\n",
        f"+++ {'b/' + file if after is not None else '/dev/null'}\n",
    ]
    a, b = old[skipped : len(old) - kept], new[skipped : len(new) - kept]
    for group in SequenceMatcher(None, a, b, autojunk=False).get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        removed = _range(first[1] + skipped, last[2] + skipped)
        added = _range(first[3] + skipped, last[4] + skipped)
        out.append(f"@@ -{removed} +{added} @@\n")
        for tag, i, j, m, n in group:
            if tag == "equal":
                out += [_marked(" ", line) for line in a[i:j]]
                continue
            out += [_marked("-", line) for line in a[i:j]]
            out += [_marked("+", line) for line in b[m:n]]
    return "".join(out)


def _lines(text: str | None) -> list[str]:
    lines = [f"{line}\n" for line in (text or "").split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _common(a: list[str], b: list[str]) -> int:
    """How many lines both begin with."""
    for index, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return index
    return min(len(a), len(b))


def _range(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _marked(mark: str, line: str) -> str:
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
