"""Structure factors of a made-up crystal, by direct summation: structure.py D_MIN OUT.mtz

Space group P4(3)2(1)2, cell 79 79 38 Angstrom, and in the asymmetric unit 620 C, 190 N, 185 O and 6 anomalous
scatterers at random positions of a fixed seed, all with an isotropic B of 15 Angstrom^2. The six scatter like sulfur
with f' = -3 and f'' = 5 electrons, so that Friedel mates differ by some percent of their amplitude.
"""

import sys

import numpy as np
from cctbx import crystal, miller
from cctbx.eltbx import xray_scattering
from scitbx.array_family import flex

ATOMS = [("C", 620), ("N", 190), ("O", 185), ("S", 6)]
ANOMALOUS = {"S": -3.0 + 5.0j}
B_ANGSTROM2 = 15.0
SEED = 1


def amplitudes(d_min):
    """The unique amplitudes to `d_min` Angstrom, Friedel mates apart, as a cctbx array."""
    symmetry = crystal.symmetry(unit_cell=(79, 79, 38, 90, 90, 90), space_group_symbol="P43212")
    unique = miller.build_set(symmetry, anomalous_flag=True, d_min=d_min)
    hkl = unique.indices().as_vec3_double().as_double().as_numpy_array().reshape(-1, 3)
    stol2 = unique.sin_theta_over_lambda_sq().data().as_numpy_array()

    random = np.random.default_rng(SEED)
    operators = [
        (np.array(op.r().as_double()).reshape(3, 3), np.array(op.t().as_double()))
        for op in symmetry.space_group().all_ops()
    ]
    total = np.zeros(len(hkl), complex)
    for element, count in ATOMS:
        form = xray_scattering.it1992(element).fetch()
        factor = np.array([form.at_stol_sq(s) for s in stol2]) + ANOMALOUS.get(element, 0.0)
        sites = random.random((count, 3))
        copies = np.concatenate([sites @ rotation.T + shift for rotation, shift in operators])
        for rows in np.array_split(np.arange(len(hkl)), 1 + len(hkl) // 500):
            total[rows] += factor[rows] * np.exp(2j * np.pi * (hkl[rows] @ copies.T)).sum(axis=1)
    data = np.abs(total) * np.exp(-B_ANGSTROM2 * stol2)
    return miller.array(unique, data=flex.double(data))


def main():
    d_min, out = float(sys.argv[1]), sys.argv[2]
    array = amplitudes(d_min)
    array.as_mtz_dataset(column_root_label="F").mtz_object().write(out)
    mean = float(flex.mean(array.data()))
    print("%d amplitudes to %.2f A, mean %.1f electrons, Bijvoet ratio %.3f" % (array.size(), d_min, mean, array.anomalous_signal()))


if __name__ == "__main__":
    main()
