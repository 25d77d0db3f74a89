"""Make a compiled project real: train, record, check, register, build, try. Heavy tools start here, never before."""

from mlproject.apply.events import Answer, Entry, Outcome, Reporter, Result, Step
from mlproject.apply.run import apply, unready
from mlproject.apply.where import Where

__all__ = ["Answer", "Entry", "Outcome", "Reporter", "Result", "Step", "Where", "apply", "unready"]
