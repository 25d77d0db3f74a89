"""Whether two specs mean the same to DVC: every instance by its address, with what DVC compares and records."""

from __future__ import annotations

from collections.abc import Mapping

from mlproject.ir import Instance, Project, Stage

Meaning = tuple[object, ...]


def meanings(project: Project) -> Mapping[str, Mapping[str, Meaning]]:
    """Per stage of the spec, its instances: address → command, directory, dependencies, parameters, outputs, flags.

    Dependencies and parameters have no order to DVC; commands and outputs do. A path counts as it is spelled.
    """
    return {
        stage.name: {one.address: _meaning(stage, one) for one in stage.instances} for stage in project.stages
    }


def _meaning(stage: Stage, one: Instance) -> Meaning:
    params = {dep.file: None if dep.keys is None else frozenset(dep.keys) for dep in one.params}
    outs = [(out.kind, out.text, out.output.flags) for out in one.outs]
    return (
        (stage.cmd_is_list, one.cmd),
        one.wdir,
        frozenset(text for text, _ in one.deps),
        params,
        outs,
        dict(stage.options),
    )
