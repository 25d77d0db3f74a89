"""One file a step of apply, in the order of `mlproject.apply.run`."""
