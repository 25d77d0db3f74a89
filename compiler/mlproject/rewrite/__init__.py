"""A spec's text rewritten: into canonical order (`fmt`), or from an older version of the language (`upgrade`).

Stretches of the text are moved, nothing is written anew: comments, quotes, anchors, flow collections and line breaks
are the user's own bytes afterwards. (A round trip through a YAML library that keeps comments was the other way: it
respells scalars and indentation, attaches comments to what stands above them, and takes seconds for a long spec.)

Files: `order` what the canonical order is; `nodes` text → where each value stands; `trivia` whose the lines between
are; `blocks` and `layout` the same text in another order; `canonical` text → text, proved; `versions` migrations.
"""
