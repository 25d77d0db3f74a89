"""Compile one `mlproject.yaml` to the native files of DVC, MLflow, BentoML and CI."""

__version__ = "0.1.0"
