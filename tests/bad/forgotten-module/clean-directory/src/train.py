import features
