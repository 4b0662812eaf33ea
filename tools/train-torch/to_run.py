"""Puts what train.py made in the place of a run's checkpoints.

    to_run.py OUT RUN [dynamics|mean]     the last weights of the dynamics, or their running mean
"""

import json
import math
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

KEY = "pocket-genie-checkpoint"


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    out, run = Path(sys.argv[1]), Path(sys.argv[2])
    dynamics = sys.argv[3] if len(sys.argv) == 4 else "dynamics"
    settings = json.loads((run / "run.json").read_text())
    config = settings["config"]
    codes = {
        "tokenizer": math.prod(config["tokenizer"]["quantizer"]["fsq"]["levels"]),
        "actions": config["latent_action"]["actions"],
        "dynamics": 0,
    }
    for phase, number in codes.items():
        own = settings[phase]
        # No steps: there is nothing of an optimiser to go on with.
        state = {
            "step": 0,
            "seconds": 0.0,
            "schedule": {"peak": own["rate"], "warm_up": own["warm_up"], "decay": None},
            "usage": {"last_used": [0] * number, "patience": own.get("revive_after", 0)},
            "finished": True,
            "best": None,
        }
        tensors = load_file(out / f"{dynamics if phase == 'dynamics' else phase}.safetensors")
        tensors = {name: tensor.float().contiguous() for name, tensor in tensors.items()}
        save_file(tensors, run / f"{phase}.safetensors", {KEY: json.dumps(state)})


if __name__ == "__main__":
    main()
