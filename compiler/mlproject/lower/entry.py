"""What BentoML takes for `service:`, and the file and name that it means."""

from __future__ import annotations


def entry_of(text: str) -> tuple[str, str] | None:
    """The file of `FILE.py:NAME` or `package.module:NAME`, and the name ('' for none); None for any other text."""
    place, colon, name = text.partition(":")
    words = place.split(".")
    is_file = place.endswith(".py") and place != ".py" and not place.endswith("/.py")
    is_module = not is_file and all(word.isidentifier() for word in words)
    named = all(word.isidentifier() for word in name.split(".")) if colon else True
    if not named or not (is_file or is_module):
        return None
    return (place if is_file else "/".join(words) + ".py", name)
