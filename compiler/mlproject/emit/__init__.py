"""Trees to bytes with provenance, and bytes to the working tree without touching what is not ours.

yamltext   a tree as YAML text, with the place in the tree of every line
header     the one comment that says who wrote a file and from which spec; our block in a file of the user
rendered   a `Generated` as text, and the way from a line to the spec and back
own        whose a file is: current, stale, edited by hand, missing, orphaned, not ours
orphans    files of ours that nothing produces any more
record     what we wrote last, in the ignored cache
writes     the one list of actions that `compile`, `compile --check` and `compile --diff` share
difftext   two texts as a unified diff
"""
