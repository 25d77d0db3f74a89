"""Cron expressions as GitHub, GitLab and Kubernetes read them: five fields."""

from __future__ import annotations

FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    ("day of the week", 0, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")),
)


def problem(text: str) -> str:
    """What is wrong with a cron expression, in a few words; '' where nothing is."""
    parts = text.split()
    if len(parts) != len(FIELDS):
        return f"it has {len(parts)} field{'' if len(parts) == 1 else 's'}, and cron has five"
    for part, (name, low, high, names) in zip(parts, FIELDS, strict=True):
        for item in part.split(","):
            if not _item(item, low, high, names):
                return f"`{item}` is no {name} ({low} to {high})"
    return ""


def _item(item: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    span, slash, step = item.partition("/")
    if slash and not (step.isdigit() and step.isascii() and int(step) > 0):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    start = _number(first, low, high, names)
    if start is None:
        return False
    if not dash:
        return True
    end = _number(last, low, high, names)
    return end is not None and start <= end


def _number(text: str, low: int, high: int, names: tuple[str, ...]) -> int | None:
    if text.upper() in names:
        return names.index(text.upper()) + (1 if low == 1 else 0)
    if text.isdigit() and text.isascii() and low <= int(text) <= high:
        return int(text)
    return None
