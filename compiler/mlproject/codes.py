"""Every code that a diagnostic may carry, with its default severity and a title.

The text a person reads (`mlproject explain CODE`) is the section of that name in `docs/rules.md`; a test holds the two
together, and every code to a failing and a clean case under `tests/bad`.
"""

from __future__ import annotations

from mlproject.diagnostics import Severity
from mlproject.records import frozen


@frozen
class Code:
    """A stable kebab-case name, the severity it normally has, and a title of a few words."""

    name: str
    severity: Severity
    title: str


CODES: tuple[Code, ...] = (
    # reading the file
    Code("file-unreadable", "error", "A file cannot be read"),
    Code("outside-repository", "error", "A path leaves the repository"),
    Code("not-utf8", "error", "A file is not UTF-8 text"),
    Code("yaml-syntax", "error", "The text is not YAML"),
    Code("yaml-tag", "error", "A tag that would build an object"),
    Code("yaml-limit", "error", "A file beyond the limits of size, depth or aliases"),
    Code("duplicate-key", "error", "A key stands twice in a mapping"),
    Code("not-a-mapping", "error", "The spec is not a mapping"),
    Code("ambiguous-scalar", "warning", "A scalar that YAML 1.1 and DVC read differently"),
    Code("not-canonical", "error", "A spec that is not in canonical order"),
    Code("order-kept", "info", "Something stays where it is"),
    # its shape
    Code("unknown-key", "error", "A key that the language does not know"),
    Code("missing-key", "error", "A key that must be there"),
    Code("wrong-type", "error", "A value of the wrong type"),
    Code("bad-value", "error", "A value that is not allowed here"),
    Code("bad-name", "error", "A name with characters that the targets refuse"),
    Code("bad-cron", "error", "A schedule that is not a cron expression"),
    Code("bad-path", "error", "A path that cannot be written from here"),
    Code("secret-value", "error", "A secret written as a value"),
    Code("environment-patch", "error", "An environment patches what it may not"),
    Code("requires-other", "warning", "The spec asks for another compiler version"),
    # references
    Code("bad-reference", "error", "A reference that cannot be parsed"),
    Code("unresolved-reference", "error", "A reference to something that does not exist"),
    Code("reference-not-allowed", "error", "A reference where none of its kind may stand"),
    Code("reference-cycle", "error", "References that lead back to themselves"),
    Code("instance-needed", "error", "A looped stage referred to without saying which instance"),
    Code("env-not-allowed", "error", "An environment variable where none may stand"),
    Code("param-missing", "error", "A parameter that does not exist"),
    Code("param-type", "error", "A parameter's value that cannot stand inside text"),
    Code("param-ambiguous", "error", "A parameter that several files define"),
    # merging
    Code("extends-missing", "error", "A preset that cannot be read"),
    Code("extends-cycle", "error", "Presets that extend each other"),
    Code("append-mismatch", "error", "`KEY+:` where there is no list to append to"),
    # the graph
    Code("stage-cycle", "error", "Stages that depend on each other"),
    Code("duplicate-output", "error", "Two producers of one output"),
    Code("overlapping-outputs", "error", "An output inside another"),
    Code("output-outside", "error", "An output that leaves the repository"),
    Code("duplicate-name", "error", "One name given twice within a stage"),
    Code("loop-empty", "warning", "A loop without items"),
    Code("loop-type", "error", "A loop over something that is no list or mapping"),
    Code("loop-by-index", "warning", "A loop over mappings, named by index"),
    Code("loop-duplicate", "error", "Two instances of one name"),
    Code("model-without-stage", "error", "A model that no stage produces"),
    Code("gate-without-metric", "error", "A gate on a metric nobody writes"),
    Code("gate-without-champion", "warning", "A gate against an alias that nothing moves"),
    Code("service-without-model", "error", "A service whose model does not exist"),
    Code("service-entry", "error", "A service whose entry cannot be found"),
    Code("service-needs-entry", "error", "A service that cannot be generated"),
    Code("retrain-without-source", "error", "Retraining without a source of new data"),
    Code("entry-point", "error", "A command that MLflow cannot run"),
    Code("workflow-collision", "error", "Two projects of one name in a repository"),
    # what stands beside the spec
    Code("missing-dependency", "warning", "A dependency nobody produces and no file holds"),
    Code("forgotten-script", "warning", "A script that the command runs and `deps` forgets"),
    Code("forgotten-module", "warning", "A local module that a script imports and `deps` forgets"),
    Code("unused-param", "warning", "A parameter nobody uses"),
    Code("output-in-git", "warning", "An output that Git tracks"),
    Code("service-disagrees", "warning", "A decorator that disagrees with the spec"),
    Code("mlflow-ignores", "warning", "Something in an entry point that MLflow ignores"),
    Code("old-form", "info", "A form that its tool has replaced"),
    # targets
    Code("native-conflict", "error", "A native passage changes a value that we emit"),
    Code("native-invalid", "error", "A native passage that the tool's schema refuses"),
    Code("not-expressible", "warning", "Something that a target cannot express"),
    # a project's own files, when they are imported
    Code("import-invalid", "error", "A file that its own tool refuses"),
    Code("import-old-form", "warning", "An old form in a file of the project"),
    Code("import-copied", "warning", "Values that no longer follow their file"),
    Code("import-nothing", "error", "There is nothing to import"),
    Code("import-exists", "error", "There is a spec already"),
    Code("import-changed", "warning", "A value that is taken otherwise than it is written"),
    Code("import-left", "warning", "Something that stays out of the spec"),
    # generated files
    Code("stale", "error", "A generated file is out of date"),
    Code("hand-edited", "error", "A generated file was edited by hand"),
    Code("missing", "error", "A generated file is missing"),
    Code("orphaned", "error", "A generated file that nothing produces any more"),
    Code("not-ours", "error", "A file in the way that we did not write"),
    Code("file-unwritable", "error", "A file cannot be written"),
    Code("lock-invalid", "error", "`mlproject.lock` cannot be read"),
)

BY_NAME: dict[str, Code] = {code.name: code for code in CODES}
