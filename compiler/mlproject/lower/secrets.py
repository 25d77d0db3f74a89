"""Secrets are names, never values: the spec is committed and read by everybody."""

from __future__ import annotations

from collections.abc import Mapping

from mlproject.diagnostics import Path, Site, error
from mlproject.lower.scope import Scope
from mlproject.model.service import ServiceEntry

# The last words of the name of a variable that holds a secret.
SECRET_ENDINGS = (
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "SECRET_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIALS",
)
# The options of a DVC remote that hold a secret (DVC keeps them in .dvc/config.local).
REMOTE_SECRETS = frozenset(
    {
        "password",
        "access_key_id",
        "secret_access_key",
        "session_token",
        "account_key",
        "sas_token",
        "connection_string",
        "client_secret",
        "oss_key_id",
        "oss_key_secret",
        "gdrive_client_secret",
        "token",
        "custom_auth_header",
    }
)
HELP = "list its name under `secrets`; the value comes from the environment it runs in"


def check_service(scope: Scope, entry: ServiceEntry, path: Path) -> None:
    """Reports secrets written as values in a service."""
    for index, text in enumerate(entry.secrets or []):
        if not text.replace("_", "a").isalnum() or not text.isascii() or text[0].isdigit():
            name = text.split("=")[0].split(":")[0].strip()
            help = (
                f"write the name alone: `{name}`"
                if name.replace("_", "a").isalnum()
                else "letters, digits and `_`"
            )
            scope.say(
                error(
                    "secret-value",
                    "a secret must be a name alone",
                    Site((*path, "secrets", index)),
                    help=help,
                )
            )
    for name, said in (entry.envs or {}).items():
        place = (*path, "envs", name)
        if isinstance(said, str):
            check_value(scope, name, said, place)
        else:
            check_value(scope, name, said.value, (*place, "value"))
    if entry.docker is not None and isinstance(entry.docker.env, dict):
        check_envs(scope, entry.docker.env, (*path, "docker", "env"))


def check_envs(scope: Scope, envs: Mapping[str, str], path: Path) -> None:
    """Reports environment variables that hold a secret by their name, and have a value."""
    for name, value in envs.items():
        check_value(scope, name, value, (*path, name))


def check_value(scope: Scope, name: str, value: str, path: Path) -> None:
    """Reports the variable `name` where it holds a secret by its name, and its value stands at `path`."""
    secret = any(name.upper() == ending or name.upper().endswith("_" + ending) for ending in SECRET_ENDINGS)
    if secret and value and not value.startswith("${env."):
        summary = f"`{name}` is a secret by its name, and stands here with a value"
        scope.say(error("secret-value", summary, Site(path), help=HELP))
    else:
        check_url(scope, value, path)


def check_remote(scope: Scope, options: Mapping[str, object], path: Path) -> None:
    """Reports credentials in a remote."""
    for name, value in options.items():
        if name in REMOTE_SECRETS:
            summary = f"`{name}` is a credential"
            help = "put it into .dvc/config.local (`dvc remote modify --local`), which Git ignores"
            scope.say(error("secret-value", summary, Site((*path, name), "key"), help=help))
        elif isinstance(value, str):
            check_url(scope, value, (*path, name))


def check_url(scope: Scope, text: str, path: Path) -> None:
    """Reports a URL that holds a password."""
    _, scheme, rest = text.partition("://")
    authority = rest.split("/")[0].split("?")[0]
    user, at, _ = authority.rpartition("@")
    if scheme and at and ":" in user and "${" not in user:
        help = "take the password out; give the whole URL by an environment variable: `${env.NAME}`"
        scope.say(error("secret-value", "a password stands in this URL", Site(path), help=help))
