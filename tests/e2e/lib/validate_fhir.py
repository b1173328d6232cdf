"""Reads a FHIR R4 Bundle with the models of fhir.resources and prints how many of each resource it holds."""

import json
import sys
from collections import Counter

from fhir.resources.R4B.bundle import Bundle

with open(sys.argv[1], encoding="utf-8") as file:
    bundle = Bundle.model_validate(json.load(file))
print(json.dumps(Counter(entry.resource.get_resource_type() for entry in bundle.entry)))
