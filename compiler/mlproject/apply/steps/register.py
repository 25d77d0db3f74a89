"""Register every model's version, once for its content, and move the alias where the gates let it.

The verdict is part of the version from its first moment, so that a run that is cut short before the alias moves ends
with the same verdict the next time.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlproject.apply.context import Context
from mlproject.apply.events import VERDICT, Failure
from mlproject.apply.steps.gates import Verdict
from mlproject.apply.steps.pipeline import State
from mlproject.apply.steps.record import Recorded
from mlproject.apply.tags import DIGEST, FLAVOR, GATES, GATES_KEY, GATES_REPORT, PROJECT, STATE
from mlproject.ir import Model
from mlproject.records import frozen

STEP = ("register",)


@frozen
class Origin:
    """Where a model is promoted from: another environment's registry and its alias for the model."""

    environment: str
    registry_uri: str
    aliases: Mapping[str, str]


def register(
    context: Context, origin: Origin | None, state: State, recorded: Recorded, verdicts: tuple[Verdict, ...]
) -> tuple[Mapping[str, str], Failure | None]:
    """The version of every model, and a failure where one may not be promoted. Raises StoreError."""
    project, store, log = context.project, context.store, context.log
    if not project.models:
        return {}, None
    log.started(STEP, "register each model's version, once for its content")
    did: list[str] = []
    found: list[str] = []
    versions: dict[str, str] = {}
    for model, verdict in zip(project.models, verdicts, strict=True):
        alias = context.setting.aliases[model.name]
        missing = (
            _not_promoted(context, model, origin, recorded) if origin and verdict.passed and alias else None
        )
        if missing is not None:
            log.failed(STEP, missing)
            return versions, missing
        version, new = _version(context, model, verdict, state, recorded)
        versions[model.name] = version
        if new:
            did.append(f"{model.name} version {version}")
        holder = store.ask("holder", name=model.name, alias=alias) if alias else None
        holds = holder is not None and holder["version"] == version
        if not alias or (not verdict.passed and not holds):
            found.append(f"{model.name} version {version}" + (f" without the alias {alias}" if alias else ""))
        elif holds:
            found.append(
                f"{model.name}@{alias} is version {version}" + (" still" if not verdict.passed else "")
            )
        else:
            store.ask("set_alias", name=model.name, alias=alias, version=version)
            before = f", before version {holder['version']}" if holder else ""
            did.append(f"{model.name}@{alias} is now version {version}{before}")
    if did:
        log.done(STEP, "; ".join(did))
    else:
        log.unchanged(STEP, "; ".join(found))
    return versions, None


def _version(
    context: Context, model: Model, verdict: Verdict, state: State, recorded: Recorded
) -> tuple[str, bool]:
    """The model's version, made or found, with the verdict on it; whether it is new or newly judged."""
    store = context.store
    logged = recorded.models[model.name]
    judged = {
        GATES: ("passed" if verdict.passed else "failed") if model.gates else "none",
        GATES_KEY: verdict.key,
        GATES_REPORT: "\n".join(verdict.lines),
    }
    known = store.ask("find_version", name=model.name, digest=logged.digest, flavor=model.flavor)
    if known is None:
        identity = {
            PROJECT: context.project.name,
            DIGEST: logged.digest,
            FLAVOR: model.flavor,
            STATE: state.digest,
        }
        return str(
            store.ask(
                "register", name=model.name, model=logged.id, tags={**identity, **judged}, desc=model.desc
            )
        ), True
    version = str(known["version"])
    if known["tags"].get(GATES_KEY) == verdict.key:
        return version, False
    # The key last: a verdict without its key is one that is found again.
    store.ask(
        "tag_version",
        name=model.name,
        version=version,
        tags={k: judged[k] for k in (GATES, GATES_REPORT, GATES_KEY)},
    )
    return version, bool(model.gates)


def _not_promoted(context: Context, model: Model, origin: Origin, recorded: Recorded) -> Failure | None:
    """A failure where the environment that this one is promoted from does not hold the same content."""
    alias = origin.aliases[model.name]
    digest = recorded.models[model.name].digest
    holder = (
        context.store.ask("holder_elsewhere", registry_uri=origin.registry_uri, name=model.name, alias=alias)
        if alias
        else None
    )
    if holder is not None and holder["tags"].get(DIGEST) == digest:
        return None
    has = f"version {holder['version']} of another content" if holder else "none"
    return Failure(
        VERDICT,
        f"{model.name} is promoted from `{origin.environment}`, whose alias `{alias}` does not hold this model (it "
        f"holds {has})",
        f"Run `mlproject apply --env {origin.environment}` first; what it approves is promoted here as it is.",
    )
