"""The targets: one file a tool, each a function from the graph to trees. None knows another.

`registry` lists them all, for those who write files. Who only checks asks `judge`, which imports those concerned.
"""
