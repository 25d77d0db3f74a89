"""The tags by which apply finds again, in MLflow, what it has made: this is where its state lives.

On a run
    mlproject.digest        the state of the pipeline that it records
    mlproject.recorded      set last of all: everything is there
    mlproject.model.NAME    `DIGEST FLAVOR ID`: the model as logged to it
On a version of a registered model
    mlproject.digest        the content of the model's file
    mlproject.flavor        how it is read
    mlproject.gates         passed | failed | none
    mlproject.gates.key     for which state of the pipeline and which gates that verdict was found
    mlproject.gates.report  a line a gate
"""

DIGEST = "mlproject.digest"
RECORDED = "mlproject.recorded"
MODEL = "mlproject.model"
PROJECT = "mlproject.project"
STATE = "mlproject.state"
FLAVOR = "mlproject.flavor"
GATES = "mlproject.gates"
GATES_KEY = "mlproject.gates.key"
GATES_REPORT = "mlproject.gates.report"
