"""Orientations that dials.stills_process or nanobragg refine found, against those rendered: stills.py FOUND.expt MANIFEST

The answer is one JSON object: images rendered and indexed, and the angles in degrees between the orientations.
"""

import json
import sys

import numpy as np
from cctbx import sgtbx
from dxtbx.model.experiment_list import ExperimentListFactory


def main():
    true = {}
    for line in open(sys.argv[2]):
        entry = json.loads(line)
        if entry["kind"] == "image":
            true[entry["files"][0]["name"].split("/")[-1]] = np.array(entry["a_matrix"]).reshape(3, 3)
    # Equivalent settings of the lattice: a still is indexed in any of them.
    operators = [np.array(op.r().as_double()).reshape(3, 3) for op in sgtbx.space_group_info("P422").group()]
    angles, cells = [], []
    for found in ExperimentListFactory.from_json_file(sys.argv[1], check_format=False):
        a = np.array(found.crystal.get_A()).reshape(3, 3)
        # Experiments of a refinement are called by their images.
        path = found.imageset.paths()[0] if found.imageset else found.identifier
        name = path.split("/")[-1]
        turns = []
        for operator in operators:
            u, _, v = np.linalg.svd(a @ np.linalg.inv(true[name] @ operator))
            turns.append(np.degrees(np.arccos(np.clip((np.trace(u @ v) - 1) / 2, -1, 1))))
        angles.append(float(min(turns)))
        cells.append(found.crystal.get_unit_cell().parameters())
    print(json.dumps({"images": len(true), "angles_deg": angles, "cells": cells}))


if __name__ == "__main__":
    main()
