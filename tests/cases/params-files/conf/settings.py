BATCH = 32
RATE: float = 0.5


class Train:
    epochs = 10

    def __init__(self):
        self.layers = [1, 2]
