import bentoml

svc = bentoml.Service("fraud")
