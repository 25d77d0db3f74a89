"""Stages that depend on themselves, directly or through others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from mlproject.diagnostics import Diagnostic, Path, Related, Site, error
from mlproject.ir import Instance, Stage
from mlproject.lower.producers import Producer, Producers


def cycles(stages: Sequence[Stage], known: Producers) -> list[Diagnostic]:
    """Each loop once, shown whole. Depth first, without recursion: pipelines can be deep."""
    of = cache(known.of)  # many stages read the same files
    upstream = {
        instance.address: _needs(stage, instance, of) for stage in stages for instance in stage.instances
    }
    diagnostics: list[Diagnostic] = []
    done: set[str] = set()
    for start, needed in upstream.items():
        if start in done:
            continue
        chain: list[str] = [start]
        on_chain = {start: 0}
        pending = [iter(needed)]
        reasons: list[Path] = []
        while pending:
            step = next(pending[-1], None)
            if step is None:
                pending.pop()
                last = chain.pop()
                on_chain.pop(last)
                done.add(last)
                if reasons:
                    reasons.pop()
                continue
            name, path = step
            if name in on_chain:
                cut = on_chain[name]
                diagnostics.append(_cycle(chain[cut:], [*reasons[cut:], path]))
            elif name not in done:
                chain.append(name)
                on_chain[name] = len(chain) - 1
                reasons.append(path)
                pending.append(iter(upstream.get(name, ())))
    return diagnostics


def _needs(stage: Stage, instance: Instance, of: Callable[[str], list[Producer]]) -> list[tuple[str, Path]]:
    """The instances whose outputs an instance reads, each with the place in the spec that says so."""
    found = [
        (producer.instance.address, dep.path)
        for dep, (_, file) in zip(stage.deps, instance.deps, strict=True)
        for producer in of(file)
    ]
    for param in instance.params:
        found += [(writer.instance.address, (*stage.body, "params")) for writer in of(param.file)]
    return found


def _cycle(chain: list[str], reasons: list[Path]) -> Diagnostic:
    if len(chain) == 1:
        summary = f"`{chain[0]}` depends on an output of its own"
    else:
        summary = "stages that depend on each other: " + " → ".join(
            f"`{name}`" for name in [*reversed(chain), chain[-1]]
        )
    related = tuple(
        Related(f"`{name}` needs it here", Site(path))
        for name, path in list(zip(chain, reasons, strict=True))[1:]
    )
    return error(
        "stage-cycle", summary, Site(reasons[0]), related=related, help="remove one of the dependencies"
    )
