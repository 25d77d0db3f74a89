"""`dvc.yaml` as sections of a spec, first to the letter: each stage as it stands, in the words of the language.

    values     what the names in a pipeline's templates mean
    templates  DVC's templates as references
    naming     names for outputs, stages and data
    stages     a stage
    sections   a whole `dvc.yaml`, and several of one project
    tracked    `.dvc` files

What can be said shorter is found later (`imports.shorten`), on the graph that this first form compiles to.
"""
