"""Fields that name a server or an account, where an environment variable may stand for the whole value."""

from __future__ import annotations

from mlproject.diagnostics import Path, Site, did_you_mean, error
from mlproject.lower.outside import Outside
from mlproject.lower.scope import Scope
from mlproject.template import whole


def _declared_env(scope: Scope) -> set[str]:
    return {name for entry in (scope.spec.environments or {}).values() for name in entry.env or []}


def connection(outside: Outside, text: str | None, path: Path, declared: set[str] | None) -> str:
    """The value of a connection field: text, or one whole `${env.NAME}`.

    `declared` are an environment's variables; a variable that only other environments declare leaves the field at its
    default here. None: the field holds for all environments, and any of them may declare it.
    """
    if not text:
        return ""
    ref = whole(text)
    if ref is None or ref.head != "env":
        return outside.text(text, path) or ""
    name = ".".join(ref.words)
    everywhere = _declared_env(outside.scope)
    if name not in everywhere:
        summary = f"`{ref.text}`: no environment declares `{name}`"
        help = (
            did_you_mean(name, sorted(everywhere)) or f"add `env: [{name}]` to the environments that set it"
        )
        outside.scope.say(error("env-not-allowed", summary, Site(path, text=ref.text), help=help))
        return ""
    return text if declared is None or name in declared else ""
