import bentoml


@bentoml.service
class Screening: ...
