"""`service.py` for a service without `entry`: written from its contract, where the model's `predict` is the answer.

That holds for one route and one model that is scikit-learn's or an MLflow model directory, when the fields of the
request are one row for it (one array, or scalars, which become named columns), and the answer is what `predict` gives:
one value, or columns of one row under the names of the contract. Everything else is `service-needs-entry`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from functools import cache
from posixpath import join
from typing import TYPE_CHECKING

from mlproject.diagnostics import Diagnostic, Path, error
from mlproject.ir import Api, Model, Project, Service
from mlproject.records import frozen
from mlproject.resources import data_dir
from mlproject.targets import packing
from mlproject.targets.annotations import Annotation, Unsupported, annotation, literal
from mlproject.trees import Generated

if TYPE_CHECKING:
    from jinja2 import Template

PACKAGES = {"sklearn": ("scikit-learn", "pandas"), "": ("mlflow", "pandas")}

# What BentoML's and pydantic's models call their own, and what the generated code calls something else.
TAKEN = frozenset(
    """args cls construct context copy ctx dict from_http_request from_input from_inputs from_orm from_output json
    kwargs media_type mime_type multipart_fields openapi_components parse_file parse_obj parse_raw schema schema_json
    self to_http_response update_forward_refs validate
    Annotated Answer Field Literal MODEL np pd bool float int list str""".split()
)


@frozen
class Field:
    """A field of a request or an answer, ready to be written."""

    name: str
    type: Annotation


class _NeedsEntry(Exception):  # noqa: N818 - not an error of ours: the answer "no" from deep inside, caught in `plan`
    """Why the service cannot be generated, and the place in the spec that says so."""

    def __init__(self, reason: str, path: Path) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def class_name(service: Service) -> str:
    """The name of the generated class."""
    words = re.split(r"[-_]+", service.name)
    name = "".join(word[:1].upper() + word[1:] for word in words).removesuffix("Service") + "Service"
    return name if name[:1].isalpha() else f"The{name}"


@frozen
class Plan:
    """What is known of a service that can be generated: `values` are the template's."""

    service: Service
    model: Model
    api: Api
    values: Mapping[str, object]


def plan(project: Project, service: Service) -> Plan | Diagnostic:
    """How a service that has no entry is generated, or why it can't be. Loads no template."""
    try:
        model = _model(project, service)
        api = _route(service)
        return Plan(service, model, api, _values(service, model, api, packing.folder(project, service)))
    except _NeedsEntry as no:
        help = "write the service yourself and name it: `entry: service.py:ClassName`"
        summary = f"`{service.name}` cannot be generated: {no.reason}"
        return error("service-needs-entry", summary, no.path, help=help)


def render(project: Project, planned: Plan) -> Generated:
    """The generated `service.py`."""
    text = _template().render(planned.values)
    file = join(project.root, packing.folder(project, planned.service), "service.py")
    sources = _sources(text, planned.service, planned.model, planned.api)
    return Generated(file, "text", text=text, sources=sources)


def _model(project: Project, service: Service) -> Model:
    known = {model.name: model for model in project.models}
    models = [known[name] for name in service.models if name in known]
    if len(models) != 1:
        raise _NeedsEntry(
            f"it must have one model, and has {len(models) or 'none'}", (*service.path, "models")
        )
    if models[0].flavor not in PACKAGES:
        raise _NeedsEntry(f"nothing is known of the flavor `{models[0].flavor}`", (*models[0].path, "flavor"))
    return models[0]


def _route(service: Service) -> Api:
    if len(service.api) != 1:
        reason = f"it must have one route under `api`, and has {len(service.api) or 'none'}"
        raise _NeedsEntry(reason, (*service.path, "api") if service.api else service.path)
    return service.api[0]


def _values(service: Service, model: Model, api: Api, place: str) -> dict[str, object]:
    inputs = _fields(api.input, (*api.path, "input"))
    outputs = _fields(api.output, (*api.path, "output"))
    rows = _rows(inputs, model, (*api.path, "input"))
    answer, values = _answer(outputs, model, (*api.path, "output"))
    steps = " ".join([rows, *answer, *(value for _, value in values)])
    imports = {name for field in (*inputs, *outputs) for name in field.type.imports.split()}
    return {
        "service": service.name,
        "name": literal(service.name),
        "class_name": class_name(service),
        "model": model.name,
        "file": literal(model.file),
        "above": place.count("/") + 1 if place else 0,
        "pyfunc": not model.flavor,
        "typing": sorted(imports & {"Annotated", "Literal"}),
        "pydantic": ["BaseModel", *sorted(imports & {"Field"})],
        "numpy": "np." in steps,
        "pandas": "pd." in steps,
        "route": None if api.name == "predict" else literal(f"/{api.name}"),
        "inputs": inputs,
        "outputs": outputs,
        "rows": rows,
        "answer": answer,
        "values": values,
    }


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = (data_dir() / "templates" / "service.py.j2").read_text("utf-8")
    environment = Environment(  # noqa: S701 - Python, not HTML: names are checked and literals quoted before
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.from_string(text)


def _fields(given: Mapping[str, Mapping[str, object]], path: Path) -> list[Field]:
    if not given:
        raise _NeedsEntry("the contract names no fields", path)
    fields: list[Field] = []
    for name, schema in given.items():
        legal = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
        if not legal or name.startswith(("_", "model_")) or name in TAKEN:
            raise _NeedsEntry(f"the field `{name}` cannot be a name in its code", (*path, name))
        try:
            fields.append(Field(name, annotation(schema)))
        except Unsupported as no:
            raise _NeedsEntry(f"the field `{name}` has {no}", (*path, name)) from None
    return fields


def _rows(inputs: list[Field], model: Model, path: Path) -> str:
    """The expression for the one row that is asked about."""
    arrays = [field for field in inputs if field.type.depth]
    if not arrays:
        if model.flavor and [field.type.kind for field in inputs] == ["string"]:
            raise _NeedsEntry("one text may be a column or a document: only you know", path)
        columns = ", ".join(f"{literal(field.name)}: {field.name}" for field in inputs)
        return f"pd.DataFrame([{{{columns}}}])"
    if len(inputs) > 1:
        raise _NeedsEntry("an array beside other fields is not one row", (*path, arrays[0].name))
    if model.flavor and inputs[0].type.depth > 1:
        raise _NeedsEntry("scikit-learn takes rows of scalars, not arrays of arrays", (*path, inputs[0].name))
    return f"np.asarray([{inputs[0].name}])"


def _answer(outputs: list[Field], model: Model, path: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """The lines between the prediction and the answer, and the answer's fields with their expressions."""
    if len(outputs) == 1:
        name = outputs[0].name
        if outputs[0].type.depth:
            return [], [(name, "np.asarray(_prediction)[0].tolist()")]
        return ["(_value,) = np.asarray(_prediction).ravel().tolist()"], [(name, "_value")]
    if model.flavor:
        raise _NeedsEntry("scikit-learn's `predict` gives one value, and the contract asks for several", path)
    lines = ['(_row,) = pd.DataFrame(_prediction).to_dict("records")']
    return lines, [(field.name, f"_row[{literal(field.name)}]") for field in outputs]


def _sources(text: str, service: Service, model: Model, api: Api) -> dict[Path, Path]:
    sources: dict[Path, Path] = {(): service.path}
    section = "output"
    for number, line in enumerate(text.splitlines(), 1):
        name = line.strip().partition(":")[0]
        if line.startswith("class "):
            section = "output"
        elif line.lstrip().startswith("def predict"):
            section = "input"
            sources[(number,)] = api.path
        elif line.startswith("MODEL = "):
            sources[(number,)] = (*model.path, "artifact")
        elif name in (api.output if section == "output" else api.input):
            sources[(number,)] = (*api.path, section, name)
    return sources
