"""What DIALS made of a simulated rotation series, against what went in: circle.py FOLDER TRUTH.mtz MANIFEST PHYSICS.json

FOLDER holds the files of DIALS (refined.expt, reindexed.expt and .refl, merged.mtz), TRUTH.mtz the amplitudes that
were rendered, MANIFEST the sweep's manifest. PHYSICS.json gives fluence, cells of the crystal, wavelength, degrees an
image, resolution limit and the integral of the shape in units of the grating's. The answer is one JSON object.
"""

import json
import sys

import numpy as np
from dials.array_family import flex
from dxtbx.model.experiment_list import ExperimentListFactory
from iotbx import mtz

# Square of the classical radius of the electron, m^2.
R_E_SQR = 7.94079248018965e-30
# Full profiles, and strong enough for a ratio.
FULL = 0.99
SHELLS = [2.2, 2.3, 2.5, 2.8, 3.2, 4.0, 5.0, 8.0, 50.0]


def column(array):
    """A column of DIALS as numpy."""
    return array.as_numpy_array()


def experiment(path):
    """The only experiment of a file."""
    return ExperimentListFactory.from_json_file(path, check_format=False)[0]


def true_amplitudes(path):
    """Amplitudes of all reflections, every index and its Friedel mate apart."""
    unique = mtz.object(path).as_miller_arrays()[0]
    return unique, unique.expand_to_p1()


def geometry(found, true_cell):
    """Cell, distance and wavelength."""
    cell = found.crystal.get_unit_cell().parameters()
    panel = found.detector[0]
    return {
        "cell": cell,
        "cell_error": max(abs(a / b - 1) for a, b in zip(cell[:3], true_cell[:3])),
        "angle_error_deg": max(abs(a - b) for a, b in zip(cell[3:], true_cell[3:])),
        "distance_mm": panel.get_distance(),
        "polarization_fraction": found.beam.get_polarization_fraction(),
    }


def rotation_between(found, true):
    """Rotation vector in degrees that turns `true` into `found`, up to an integer change of basis."""
    basis = np.round(np.linalg.inv(found) @ true)
    u, _, v = np.linalg.svd(found @ basis @ np.linalg.inv(true))
    q = u @ v
    return np.degrees(np.array([q[2, 1] - q[1, 2], q[0, 2] - q[2, 0], q[1, 0] - q[0, 1]]) / 2)


def orientation(found, manifest):
    """Error of the scan-varying orientation in the crystal's frame at rotation 0, degrees."""
    for line in open(manifest):
        entry = json.loads(line)
        if entry["kind"] == "image":
            true = np.array(entry["a_matrix"]).reshape(3, 3)
            break
    crystal = found.crystal
    points = [np.array(crystal.get_A_at_scan_point(i)).reshape(3, 3) for i in range(crystal.num_scan_points)]
    errors = np.array([rotation_between(a, true) for a in points])
    away = np.linalg.norm(errors - errors.mean(axis=0), axis=1)
    return {
        "orientation_mean_error_deg": float(np.linalg.norm(errors.mean(axis=0))),
        "orientation_rms_deg": float(np.sqrt((away**2).mean())),
        "orientation_largest_deg": float(away.max()),
        "orientation_by_scan_point_deg": errors.round(6).tolist(),
    }


def agreement(measured, true):
    """R of amplitudes, with one scale, and the correlation of intensities."""
    amplitude = np.sqrt(np.maximum(measured, 0))
    scale = (amplitude * np.sqrt(true)).sum() / true.sum()
    r = np.abs(amplitude - scale * np.sqrt(true)).sum() / amplitude.sum()
    return float(r), float(np.corrcoef(measured, true)[0, 1])


def merged(path, truth, d_min):
    """Merged intensities against the squares of the amplitudes, Friedel mates apart."""
    arrays = mtz.object(path).as_miller_arrays()
    pairs = next(a for a in arrays if a.info().labels[0].startswith("I(+)"))
    pairs = pairs.customized_copy(crystal_symmetry=truth.crystal_symmetry()).map_to_asu()
    found, known = pairs.common_sets(truth)
    i, d = column(found.data()), column(found.d_spacings().data())
    f2 = column(known.data()) ** 2
    r, cc_all = agreement(i, f2)
    _, cc = agreement(i[d < 8.0], f2[d < 8.0])
    out = {"merged_reflections": len(i), "r_f": r, "cc": cc, "cc_all": cc_all, "space_group": str(pairs.space_group_info())}
    out["completeness"] = len(i) / int((column(truth.d_spacings().data()) >= max(d_min, d.min())).sum())
    scale = (i * f2).sum() / (f2 * f2).sum()
    out["merged_shells"] = []
    for low, high in zip(SHELLS[:-1], SHELLS[1:]):
        t = (d >= low) & (d < high)
        if t.sum() > 20:
            shell_r, shell_cc = agreement(i[t], f2[t])
            out["merged_shells"].append([low, high, int(t.sum()), float(i[t].sum() / f2[t].sum() / scale), shell_r, shell_cc])
    both = found.customized_copy(data=flex.double(i / scale)), known.customized_copy(data=flex.double(f2))
    a, b = (column(x.anomalous_differences().data()) for x in both)
    out.update(bijvoet_pairs=len(a), bijvoet_cc=float(np.corrcoef(a, b)[0, 1]), bijvoet_slope=float((a * b).sum() / (b * b).sum()))
    sample = np.random.default_rng(0).permutation(len(i))[:1500]
    out["points"] = np.stack([np.sqrt(f2[sample]), np.sqrt(np.maximum(i[sample] / scale, 0))], axis=1).round(2).tolist()
    return out


def absolute(folder, truth, physics):
    """Photons of each reflection over what Darwin's formula says, no parameter free, by DIALS' Lorentz factor."""
    table = flex.reflection_table.from_file(folder + "/reindexed.refl")
    volume = truth.unit_cell().volume() * 1e-30
    unit = physics["fluence"] / np.radians(physics["range_deg"]) * R_E_SQR
    unit *= (physics["wavelength_angstrom"] * 1e-10) ** 3 * physics["cells"] / volume * physics["integral"]
    full = {h: f for h, f in zip(truth.indices(), truth.data())}
    f2 = np.array([full.get(tuple(h), np.nan) ** 2 for h in table["miller_index"]])
    d, z = column(table["d"]), column(table["xyzcal.px"].parts()[2])
    lp = column(table["lp"])
    # What of the photons the sensor captures, where the headers describe one.
    lp = lp / column(table["qe"]) if "qe" in table else lp
    good = np.isfinite(f2) & (column(table["partiality"]) > FULL) & (d > physics["d_min"])
    strong = good & (f2 > np.nanmedian(f2))
    out = {}
    for kind, flag in (("summation", table.flags.integrated_sum), ("profile", table.flags.integrated_prf)):
        use = strong & column(table.get_flags(flag, all=True))
        name = "intensity.%s.value" % ("sum" if kind == "summation" else "prf")
        ratio, weight = column(table[name])[use] * lp[use] / (unit * f2[use]), f2[use]
        shells = []
        for low, high in zip(SHELLS[:-1], SHELLS[1:]):
            t = (d[use] >= low) & (d[use] < high)
            if t.sum() > 20:
                mean = float((ratio[t] * weight[t]).sum() / weight[t].sum())
                error = float(ratio[t].std() / np.sqrt(t.sum()))
                shells.append([low, high, int(t.sum()), mean, float(np.median(ratio[t])), error])
        inner = d[use] < 8
        images = np.linspace(0, z.max(), 10)
        out[kind] = {
            "reflections": int(inner.sum()),
            "mean": float((ratio[inner] * weight[inner]).sum() / weight[inner].sum()),
            "median": float(np.median(ratio[inner])),
            "shells": shells,
            "images": [float(np.median(ratio[(z[use] >= a) & (z[use] < b)])) for a, b in zip(images[:-1], images[1:]) if ((z[use] >= a) & (z[use] < b)).sum() > 20],
        }
    return out


def main():
    folder, truth_path, manifest, physics = sys.argv[1:5]
    physics = json.load(open(physics))
    unique, full = true_amplitudes(truth_path)
    out = geometry(experiment(folder + "/refined.expt"), unique.unit_cell().parameters())
    out.update(orientation(experiment(folder + "/refined.expt"), manifest))
    out.update(merged(folder + "/merged.mtz", unique, physics["d_min"]))
    out["absolute"] = absolute(folder, full, physics)
    print(json.dumps(out))


if __name__ == "__main__":
    main()
