"""Fills a genie run folder with what train.py made."""
import json, sys
from pathlib import Path
from safetensors.torch import load_file, save_file
out, run = Path(sys.argv[1]), Path(sys.argv[2])
which = sys.argv[3] if len(sys.argv) > 3 else "dynamics"
settings = json.loads((run/"run.json").read_text())
K = {"tokenizer": 1024, "actions": settings["config"]["latent_action"]["actions"], "dynamics": 0}
for phase, file in [("tokenizer","tokenizer"),("actions","actions"),("dynamics",which)]:
    s = settings[phase]
    usage = {"last_used":[0]*K[phase],"patience":s.get("revive_after",0)}
    state = {"step":0,"seconds":0.0,"schedule":{"peak":s["rate"],"warm_up":s["warm_up"],"decay":None},"usage":usage,"finished":True,"best":None}
    t = {k: v.float().contiguous() for k,v in load_file(out/f"{file}.safetensors").items()}
    save_file(t, run/f"{phase}.safetensors", {"pocket-genie-checkpoint": json.dumps(state)})
