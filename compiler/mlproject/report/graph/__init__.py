"""Drawings of a project: the same boxes and arrows as text, Mermaid, DOT, SVG and a page.

`boxes` says what is drawn, `layers` where; every other module is a format. Names, paths and commands come from files
that a stranger may have written: each format escapes them for itself.
"""

from __future__ import annotations

from mlproject.report.graph.boxes import Arrow, Box, Picture, picture

__all__ = ["Arrow", "Box", "Picture", "picture"]
