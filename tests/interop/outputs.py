"""Images of every format, read by fabio, h5py, nxmx, numpy, Pillow and tifffile."""

import base64
import hashlib
import json
import pathlib
import tempfile

import fabio
import h5py
import numpy as np
import nxmx
import tifffile
from PIL import Image

from against.program import CORNERS, EXPERIMENTS, images, place_mm, run
from against.report import check, end, near, place, proves_itself, same

ADC = 40


def pixels(folder, name, flags):
    """Every pixel of every format is the same pixel."""
    photons = np.load(folder / "a.npy")
    raw = np.fromfile(folder / "a.bin", "<f4").reshape(photons.shape)
    same(f"{name}: npy and raw floats", photons, raw)
    check(f"{name}: there is something to compare", photons.max() > 10)
    same(f"{name}: npy dtype", photons.dtype, np.dtype("<f4"))
    same(f"{name}: TIFF by tifffile", tifffile.imread(folder / "a.tif"), photons)
    same(f"{name}: TIFF by Pillow", np.array(Image.open(folder / "a.tif")), photons)
    noise = fabio.open(folder / "noise.img").data.astype(np.int64) - ADC
    cbf = fabio.open(folder / "a.cbf").data
    with h5py.File(folder / "a.nxs") as file:
        stack = file["/entry/data/data"][()]
        detector = file["/entry/instrument/detector"]
        mask = detector["pixel_mask"][()] if "pixel_mask" in detector else np.zeros(cbf.shape, int)
        same(f"{name}: NXmx by the detector's link", detector["data"][()], stack)
        check(f"{name}: NXmx is compressed in frames", file["/entry/data/data"].chunks == (1, *cbf.shape))
    same(f"{name}: NXmx and CBF", stack, cbf[None])
    measured = cbf >= 0
    same(f"{name}: mask", mask == 0, measured)
    same(f"{name}: CBF and SMV", cbf[measured], noise[measured])
    if "-roi" in flags:
        fast0, fast1, slow0, slow1 = (int(word) for word in flags.split("-roi ")[1].split()[:4])
        expected = np.zeros(cbf.shape, bool)
        expected[slow0 : slow1 + 1, fast0 : fast1 + 1] = True
        same(f"{name}: what was measured", measured, expected)
    picture = Image.open(folder / "a.png")
    same(f"{name}: size of the picture", picture.size[::-1], cbf.shape)
    levels = np.array(picture.convert("L")).astype(int)
    brightest, darkest = levels[photons >= np.quantile(photons, 0.999)].mean(), levels[photons == photons.min()].mean()
    check(f"{name}: the picture shows the spots", brightest > darkest + 50, f"{brightest} {darkest}")


def binary_section(folder, name):
    """The checksum that the CBF gives of its compressed pixels."""
    data = (folder / "a.cbf").read_bytes()
    start = data.index(b"\x0c\x1a\x04\xd5") + 4
    lines = dict(line.split(b":", 1) for line in data[:start].split(b"\r\n") if b":" in line)
    binary = data[start : start + int(lines[b"X-Binary-Size"])]
    digest = base64.b64encode(hashlib.md5(binary).digest())
    same(f"{name}: MD5 of the CBF", lines[b"Content-MD5"].strip(), digest)


def mini_header(folder):
    """The words of a miniCBF header, by their first one."""
    text = fabio.open(folder / "a.cbf").header["_array_data.header_contents"]
    words = (line.strip("# \r").replace("(", "").replace(")", "").replace(",", "").split() for line in text.split("\n"))
    return {line[0]: line[1:] for line in words if line}


def headers(folder, name, flags, is_square, places):
    """Places of pixels as each header says them, by the conventions of its readers."""
    nexus_geometry(folder / "a.nxs", name, flags, places)
    header = mini_header(folder)
    convention = fabio.open(folder / "a.cbf").header["_array_data.header_convention"]
    same(f"{name}: convention", "PILATUS" in convention, name == "pilatus")
    same(f"{name}: detector's name", "PILATUS" in " ".join(header["Detector:"]), name == "pilatus")
    smv = fabio.open(folder / "noise.img").header
    if not is_square:
        return
    # miniCBF: distance and beam center in pixels, fast along x, slow along -y.
    pixel = 1000 * float(header["Pixel_size"][0])
    beam, distance = [float(word) for word in header["Beam_xy"][:2]], 1000 * float(header["Detector_distance"][0])
    # SMV: XDS's ORGX and ORGY count from 1 at the center of the first pixel; ADXV's Y from the far edge.
    org = [float(smv["XDS_ORGX"]), float(smv["XDS_ORGY"])]
    height = float(smv["SIZE2"]) * float(smv["PIXEL_SIZE"])
    adxv = [float(smv["ADXV_CENTER_X"]), height - float(smv["ADXV_CENTER_Y"])]
    origin = [float(word) for word in smv["DIALS_ORIGIN"].split(",")]
    for (fast, slow), expected in places.items():
        at = np.array([fast + 0.5, slow + 0.5])
        by_cbf = (at - beam) * pixel
        place(f"{name}: miniCBF {fast} {slow}", [by_cbf[0], -by_cbf[1], -distance], expected)
        by_xds = (np.array([fast + 1, slow + 1]) - org) * float(smv["PIXEL_SIZE"])
        place(f"{name}: SMV by ORGX {fast} {slow}", [by_xds[0], -by_xds[1], -float(smv["DISTANCE"])], expected)
        by_adxv = at * float(smv["PIXEL_SIZE"]) - adxv
        place(f"{name}: SMV by ADXV {fast} {slow}", [by_adxv[0], -by_adxv[1], -float(smv["DISTANCE"])], expected)
        if "-xds" not in flags:
            x, y, z = origin
            step = float(smv["PIXEL_SIZE"])
            found = [x + at[0] * step, y - at[1] * step, -abs(z)]
            place(f"{name}: SMV by DIALS_ORIGIN {fast} {slow}", found, expected)
    wavelength = value(flags, "-lambda", 1)
    near(f"{name}: wavelength in CBF", float(header["Wavelength"][0]), wavelength, 1e-9)
    near(f"{name}: wavelength in SMV", float(smv["WAVELENGTH"]), wavelength, 1e-9)
    near(f"{name}: rotation in CBF", float(header["Angle_increment"][0]), value(flags, "-osc", 0), 1e-9)
    near(f"{name}: start in CBF", float(header["Start_angle"][0]), value(flags, "-phi", 0), 1e-9)
    near(f"{name}: exposure in CBF", float(header["Exposure_time"][0]), value(flags, "-exposure", 1), 1e-12)
    same(f"{name}: sensor in CBF", "Silicon" in header, "-detector_thick" in flags)
    if "Silicon" in header:
        near(f"{name}: thickness in CBF", float(header["Silicon"][2]), 320e-6, 1e-12)


def value(flags, flag, default):
    """The number after a flag."""
    words = flags.split()
    return float(words[words.index(flag) + 1]) if flag in words else default


def nexus_geometry(path, name, flags, places):
    """The chain of transformations of an NXmx file, followed by the package nxmx."""
    with h5py.File(path) as file:
        entry = nxmx.NXmx(file).entries[0]
        detector, sample = entry.instruments[0].detectors[0], entry.samples[0]
        module = detector.modules[0]
        chain = nxmx.get_dependency_chain(module.fast_pixel_direction.depends_on)
        origin = nxmx.get_cumulative_transformation(chain)[0, :3, 3]
        fast_axis, slow_axis = module.fast_pixel_direction.vector, module.slow_pixel_direction.vector
        step = module.fast_pixel_direction[()].to("mm").magnitude
        for (fast, slow), expected in places.items():
            found = origin + (fast + 0.5) * step * fast_axis + (slow + 0.5) * step * slow_axis
            # From NeXus to imgCIF: both have y up, z along the beam or against it.
            place(f"{name}: NXmx {fast} {slow}", found * [-1, 1, -1], expected)
        near(f"{name}: spindle", sample.depends_on.vector * [-1, 1, -1], [1, 0, 0], 1e-12)
        beam = entry.instruments[0].beams[0]
        wavelength = beam.incident_wavelength.to("angstrom").magnitude
        near(f"{name}: wavelength in NXmx", wavelength, value(flags, "-lambda", 1), 1e-9)
        # Unpolarized by default; Kahn's factor with -polar, along the spindle, which is x.
        stokes = file["/entry/instrument/beam/incident_polarization_stokes"][()]
        near(f"{name}: polarization in NXmx", stokes, [1, value(flags, "-polar", 0), 0, 0], 1e-12)
        near(f"{name}: exposure in NXmx", detector.count_time.to("s").magnitude, value(flags, "-exposure", 1), 1e-12)
        has_sensor = "-detector_thick" in flags
        # A sensor that is not modeled captures every photon: an opaque one stands for it.
        same(f"{name}: sensor material", detector.sensor_material, "Si" if has_sensor else "CdTe")
        thickness = value(flags, "-detector_thick", 1000) / 1000
        near(f"{name}: sensor thickness in NXmx", detector.sensor_thickness.to("mm").magnitude, thickness, 1e-12)
        check(f"{name}: saturation", detector.saturation_value > 2e9)


def sweep(folder):
    """A rotation series: one stack has the frames of the numbered files."""
    flags = EXPERIMENTS[0][1]
    run(folder, f"sweep -q -images 3 -o s.cbf -o s.nxs -o s.img {flags}")
    with h5py.File(folder / "s.nxs") as file:
        frames = file["/entry/data/data"][()]
        phi = file["/entry/sample/transformations/phi"][()]
        phi_end = file["/entry/sample/transformations/phi_end"][()]
    same("sweep: number of frames", len(frames), 3)
    near("sweep: starts", phi, [3, 3.5, 4], 1e-9)
    near("sweep: ends", phi_end, [3.5, 4, 4.5], 1e-9)
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    same("sweep: kinds of lines", [line["kind"] for line in lines], ["sweep", "image", "image", "image", "stack"])
    for number, frame in enumerate(frames, 1):
        same(f"sweep: frame {number} and CBF", frame, fabio.open(folder / f"s_{number:05}.cbf").data)
        smv = fabio.open(folder / f"s_{number:05}.img").data.astype(int) - ADC
        same(f"sweep: frame {number} and SMV", frame, smv)
        near(f"sweep: angle of {number}", lines[number]["phi_start_deg"], phi[number - 1], 1e-9)
    check("sweep: frames differ", (frames[0] != frames[1]).any())


def main():
    proves_itself()
    for name, flags, is_square in EXPERIMENTS:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            images(
                folder, flags, "-floatfile", "a.bin", "-npyfile", "a.npy", "-tiffile", "a.tif", "-cbffile", "a.cbf",
                "-nxsfile", "a.nxs", "-pngfile", "a.png", "-noisefile", "noise.img", "-adc", str(ADC),
            )  # fmt: skip
            pixels(folder, name, flags)
            binary_section(folder, name)
            places = {corner: place_mm(folder, flags, *corner) for corner in CORNERS}
            headers(folder, name, flags, is_square, places)
    with tempfile.TemporaryDirectory() as temporary:
        sweep(pathlib.Path(temporary))
    end("outputs.py")


if __name__ == "__main__":
    main()
