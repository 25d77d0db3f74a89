import bentoml


@bentoml.service
class Api:
    model = "model.bin"
