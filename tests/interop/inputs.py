"""Structure factors: our table of MTZ and mmCIF files is gemmi's, index by index.

The script writes files of several space groups with gemmi, has the program turn them into its binary table
(Fdump.bin), and expands what gemmi reads of the same files with gemmi's own operators.
"""

import gzip
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import gemmi
import numpy as np

PROGRAM = os.environ["NANOBRAGG"]
CELLS = {
    "P 1": (31.0, 42.0, 53.0, 82.0, 97.0, 104.0),
    "P 21 21 21": (41.0, 52.0, 63.0, 90.0, 90.0, 90.0),
    "C 1 2 1": (61.0, 42.0, 53.0, 90.0, 107.5, 90.0),
    "P 61 2 2": (48.0, 48.0, 95.0, 90.0, 90.0, 120.0),
    "R 3 2:H": (78.0, 78.0, 90.0, 90.0, 90.0, 120.0),
    "R 3 2:R": (50.0, 50.0, 50.0, 78.0, 78.0, 78.0),
    "F d -3 m:1": (90.0, 90.0, 90.0, 90.0, 90.0, 90.0),
}
DMIN = 5.0


def unique(name, seed):
    """A cell, a group and amplitudes of its unique reflections, as 32-bit floats; every seventh is missing."""
    group = gemmi.SpaceGroup(name)
    cell = gemmi.UnitCell(*CELLS[name])
    hkl = gemmi.make_miller_array(cell, group, DMIN)
    f = np.random.default_rng(seed).uniform(1, 1000, len(hkl)).astype(np.float32)
    f[::7] = np.nan
    return group, cell, hkl, f


def mtz_of(group, cell, hkl, columns):
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = group
    mtz.set_cell_for_all(cell)
    mtz.add_dataset("made")
    for label, kind, _ in columns:
        mtz.add_column(label, kind)
    mtz.set_data(np.column_stack([hkl] + [values for _, _, values in columns]).astype(np.float32))
    return mtz


def big_endian(data):
    """The same MTZ file in the other byte order."""
    place = struct.unpack("<i", data[4:8])[0]
    end = 4 * (place - 1)
    swapped = np.frombuffer(data[80:end], "<u4").astype(">u4").tobytes()
    return data[:4] + struct.pack(">i", place) + bytes([0x11, 0x11, 0, 0]) + data[12:80] + swapped + data[end:]


def table(folder, file, *flags):
    """What the program makes of a file: its table of amplitudes by index, and its cell."""
    line = [PROGRAM, "-hkl", file, "-detpixels", "8", "-oversample", "1", "-q", *flags]
    subprocess.run([*line, "-dump", "F.bin", "-floatfile", "x.bin", "-nopgm", "-nonoise"], cwd=folder, check=True)
    raw = (folder / "F.bin").read_bytes()
    head, rest = raw.split(b"\n\x0c", 1)
    h0, h1, k0, k1, l0, l1 = map(int, head.split())
    shape = (h1 - h0 + 2, k1 - k0 + 2, l1 - l0 + 2)
    values = np.frombuffer(rest, "<f8").reshape(shape)
    found = {}
    for at in np.argwhere(values != 0):
        found[int(at[0] + h0), int(at[1] + k0), int(at[2] + l0)] = float(values[tuple(at)])
    shown = subprocess.run([*line, "-nodump", "-show"], cwd=folder, check=True, capture_output=True, text=True)
    row = next(line for line in shown.stdout.splitlines() if line.strip().startswith("unit cell"))
    return found, [float(word) for word in row.split()[2:8]]


def expanded(group, hkl, plus, minus=None):
    """All equivalents by gemmi's operators; minus is the Friedel mates' value where they have their own."""
    expected = {}
    operators = group.operations().sym_ops
    for index, f, mate in zip(hkl, plus, plus if minus is None else minus):
        f, mate = (mate if np.isnan(f) else f), (f if np.isnan(mate) else mate)
        if np.isnan(f):
            continue
        for operator in operators:
            image = operator.apply_to_hkl([int(i) for i in index])
            expected[tuple(image)] = float(f)
            expected.setdefault(tuple(-i for i in image), float(mate))
    return expected


def compare(what, found, expected, tolerance=0.0):
    missing, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
    different = [hkl for hkl in expected.keys() & found.keys()
                 if abs(found[hkl] - expected[hkl]) > tolerance * expected[hkl]]
    if missing or extra or different or not expected:
        worst = [(hkl, found[hkl], expected[hkl]) for hkl in different[:3]]
        sys.exit(f"{what}: {len(missing)} missing, {len(extra)} too many, {len(different)} different {worst}")
    print(f"{what}: {len(expected)} indices")


def same_cell(what, found, cell):
    # The default orientation is exact without the quirk of triclinic cells.
    if any(abs(a - b) > 1e-3 for a, b in zip(found, cell.parameters)):
        sys.exit(f"{what}: cell {found}, expected {cell.parameters}")


def check_group(folder, name, seed):
    group, cell, hkl, f = unique(name, seed)
    expected = expanded(group, hkl, f)
    mtz = mtz_of(group, cell, hkl, [("FP", "F", f), ("SIGFP", "Q", np.ones_like(f))])
    mtz.write_to_file(str(folder / "a.mtz"))
    data = (folder / "a.mtz").read_bytes()
    (folder / "big.mtz").write_bytes(big_endian(data))
    (folder / "a.mtz.gz").write_bytes(gzip.compress(data))
    for file in ["a.mtz", "big.mtz", "a.mtz.gz"]:
        found, shown = table(folder, file, "-quirks", "exact")
        compare(f"{name} {file}", found, expected)
        same_cell(f"{name} {file}", shown, cell)

    # As gemmi writes mmCIF for the Protein Data Bank: a name, no operators.
    text = gemmi.MtzToCif().write_cif_to_string(mtz)
    (folder / "named.cif").write_text(text)
    check_cif(folder, name, "named.cif", group)
    # With operators, and in the names of the core dictionary.
    loop = "\n".join(f"'{operator.triplet()}'" for operator in group.operations())
    block = text.replace("loop_", f"loop_\n_symmetry_equiv.pos_as_xyz\n{loop}\nloop_", 1)
    (folder / "operators.cif.gz").write_bytes(gzip.compress(block.encode()))
    check_cif(folder, name, "operators.cif.gz", group)


def check_cif(folder, name, file, group):
    block = gemmi.as_refln_blocks(gemmi.cif.read(str(folder / file)))[0]
    expected = expanded(group, block.make_miller_array(), block.make_float_array("F_meas_au"))
    found, shown = table(folder, file, "-quirks", "exact")
    compare(f"{name} {file}", found, expected, 1e-14)
    same_cell(f"{name} {file}", shown, block.cell)


def check_columns(folder):
    """Columns by label: pairs of Friedel mates, intensities, map coefficients."""
    group, cell, hkl, f = unique("P 21 21 21", 11)
    random = np.random.default_rng(12)
    mates = (f * random.uniform(0.9, 1.1, len(f))).astype(np.float32)
    # Centric reflections have one value.
    centric = np.array([group.operations().is_reflection_centric([int(i) for i in index]) for index in hkl])
    mates[centric] = f[centric]
    half = mates.copy()
    half[1::5] = np.nan
    intensity = (f * f).astype(np.float32)
    intensity[3] = -5
    mtz = mtz_of(group, cell, hkl, [
        ("FC", "F", f), ("FWT", "F", 2 * f), ("PHWT", "P", f), ("I", "J", intensity),
        ("F(+)", "G", f), ("F(-)", "G", half), ("I(+)", "K", f * f), ("I(-)", "K", mates * mates),
    ])
    mtz.write_to_file(str(folder / "many.mtz"))

    def column(label):
        return mtz.column_with_label(label).array.astype(float)

    root = np.sqrt(np.clip(column("I"), 0, None))
    root[root == 0] = np.nan
    for label, plus, minus in [
        ("FC", column("FC"), None),
        ("FWT", column("FWT"), None),
        ("I", root, None),
        ("F(+)", column("F(+)"), column("F(-)")),
        ("F(-)", column("F(+)"), column("F(-)")),
        ("I(+)", np.sqrt(column("I(+)")), np.sqrt(column("I(-)"))),
    ]:
        found, _ = table(folder, "many.mtz", "-hkl_column", label)
        compare(f"column {label}", found, expanded(group, hkl, plus, minus), 2e-7)
    # FC and FWT have no standard deviations: they were not measured, and the first pair of amplitudes was.
    default, _ = table(folder, "many.mtz")
    compare("amplitudes taken without -hkl_column", default, expanded(group, hkl, column("F(+)"), column("F(-)")))
    mtz = mtz_of(group, cell, hkl, [
        ("FC", "F", 2 * f), ("PHIC", "P", f), ("FP", "F", f), ("SIGFP", "Q", f), ("F(+)", "G", 3 * f), ("F(-)", "G", mates),
    ])
    mtz.write_to_file(str(folder / "measured.mtz"))
    default, _ = table(folder, "measured.mtz")
    compare("the amplitude with a standard deviation", default, expanded(group, hkl, f))


def check_text(folder):
    """Text with a space group, and every group of the table that gemmi has."""
    group, cell, hkl, f = unique("P 61 2 2", 5)
    lines = [f"{h} {k} {l} {x!r} # unique" for (h, k, l), x in zip(hkl.tolist(), f.tolist()) if x == x]
    (folder / "unique.hkl").write_text("# h k l F\n" + "\n".join(lines) + "\n")
    found, _ = table(folder, "unique.hkl", "-spacegroup", "P6122", "-cell", *map(str, cell.parameters))
    compare("text with -spacegroup P6122", found, expanded(group, hkl, f))
    (folder / "one.hkl").write_text("1 2 5 7\n")
    numbers = set()
    for known in gemmi.spacegroup_table():
        if known.number in numbers or not known.is_reference_setting():
            continue
        numbers.add(known.number)
        found, _ = table(folder, "one.hkl", "-spacegroup", known.xhm(), "-cell", "50", "50", "50", "90", "90",
                         "120" if 143 <= known.number <= 194 else "90")
        expected = expanded(known, np.array([[1, 2, 5]]), np.array([7.0]))
        if found != expected:
            sys.exit(f"{known.xhm()}: {sorted(found)} instead of {sorted(expected)}")
    print(f"text in {len(numbers)} space groups by name")


def check_that_it_can_fail(folder):
    """The comparison sees a wrong operator and a wrong value."""
    group, cell, hkl, f = unique("P 21 21 21", 1)
    mtz_of(group, cell, hkl, [("FP", "F", f)]).write_to_file(str(folder / "a.mtz"))
    found, _ = table(folder, "a.mtz")
    other = expanded(gemmi.SpaceGroup("P 1 21 1"), hkl, f)
    shifted = expanded(group, hkl, f * np.float32(1.001))
    for wrong in [other, shifted]:
        try:
            compare("a wrong expectation", found, wrong, 1e-6)
        except SystemExit:
            continue
        sys.exit("a wrong expectation was accepted")
    print("wrong expectations are seen")


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for seed, name in enumerate(CELLS):
            check_group(folder, name, seed)
        check_columns(folder)
        check_text(folder)
        check_that_it_can_fail(folder)


main()
