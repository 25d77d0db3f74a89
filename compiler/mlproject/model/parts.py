"""Types that several sections of the spec share.

Unions are discriminated by the kind of the YAML value, so that a mistake is reported against the branch the user meant.
A tag begins with `<`: it marks steps of pydantic's error locations that are no keys of the file.

No file of this package postpones its annotations (`from __future__ import annotations`): pydantic would have to compile
each of them from text, at every start.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

NAME = r"^[A-Za-z0-9_-]+$"


class Part(BaseModel):
    """A mapping of the spec with a fixed set of keys. Only the whole spec is built into a validator."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        protected_namespaces=(),
        regex_engine="rust-regex",
        defer_build=True,
    )


def kind_of(value: object) -> str:
    """The tag of a union's branch: what kind of YAML value stands there."""
    if isinstance(value, dict):
        return "<mapping>"
    if isinstance(value, list):
        return "<list>"
    return "<text>"


def off_or_kind_of(value: object) -> str:
    """The tag of a branch where `false` turns something off."""
    return "<off>" if value is False else kind_of(value)


def number_or_kind_of(value: object) -> str:
    """The tag of a branch where a number may stand for text."""
    return "<number>" if isinstance(value, int) and not isinstance(value, bool) else kind_of(value)


KIND = Discriminator(kind_of)
NUMBER = Discriminator(number_or_kind_of)
OFF = Discriminator(off_or_kind_of)

Name = Annotated[str, StringConstraints(pattern=NAME)]
Text = Annotated[str, StringConstraints(min_length=1)]
TextList = list[Text]
OneOrMany = Annotated[Annotated[Text, Tag("<text>")] | Annotated[TextList, Tag("<list>")], KIND]
Labels = dict[str, str]
Schema = dict[str, object]
Number = float


class Resources(Part):
    """What a stage needs to run."""

    cpus: float | None = Field(default=None, ge=0, description="Processor cores.", examples=[2])
    memory: str | None = Field(
        default=None,
        pattern=r"^[0-9]+(\.[0-9]+)?(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB|Ki|Mi|Gi|Ti|K|M|G|T)?$",
        description="Main memory, with a unit.",
        examples=["4GiB"],
    )
    gpus: float | None = Field(default=None, ge=0, description="Accelerators.", examples=[1])


class PythonPart(Part):
    """The interpreter and what it needs, for MLproject, model logging and CI; services inherit it."""

    version: str | None = Field(
        default=None,
        pattern=r"^3\.[0-9]+(\.[0-9]+)?$",
        description="The Python version. Quote it: an unquoted 3.10 is the number 3.1.",
        examples=["3.11"],
    )
    requirements: Text | None = Field(
        default=None,
        description="A pip requirements file, relative to the project.",
        examples=["requirements.txt"],
    )
