import json

import features
