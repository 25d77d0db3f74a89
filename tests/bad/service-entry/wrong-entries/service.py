import bentoml


@bentoml.service
class Screening:
    pass


class Plain:
    pass
