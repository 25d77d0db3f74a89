import bentoml


@bentoml.service(traffic={"timeout": 30}, resources={"cpu": "1"})
class Screening:
    pass
