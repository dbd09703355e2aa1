"""Runs a script written for simtbx and keeps its results: run.py SCRIPT MODULE FILE.npz, with the module in the place of simtbx.nanoBragg."""

import sys
import warnings
from pathlib import Path

import numpy as np

script, module, kept = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
warnings.simplefilter("ignore")
text = script.read_text(encoding="utf-8").replace("simtbx.nanoBragg", module)
names = {"__name__": "__main__"}
exec(compile(text, script.name, "exec"), names)
np.savez_compressed(kept, **{name: np.asarray(value) for name, value in names["results"].items()})
