"""Reads a clip store with Python's zarr, and says what is in it as JSON."""

import hashlib
import json
import sys
import warnings

import zarr

# Whatever zarr finds odd about a store is a fault of the store.
warnings.simplefilter("error")

group = zarr.open_group(sys.argv[1], mode="r")
frames, actions = group["frames"], group["actions"]
found = {
    "spec": group.attrs["pocket_genie"],
    "rewards": "rewards" in group,
    "shape": list(frames.shape),
    "dtype": str(frames.dtype),
    "names": list(frames.metadata.dimension_names),
    "sha256": [hashlib.sha256(frames[i].tobytes()).hexdigest() for i in range(frames.shape[0])],
    "actions": [actions[i].tolist() for i in range(actions.shape[0])],
}
print(json.dumps(found))
