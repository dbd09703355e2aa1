"""Simulations: images, and how a render is watched and stopped."""

import concurrent.futures
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
from conftest import SMALL

import nanobragg
from nanobragg import Experiment, Simulation


def test_an_image_is_an_array(simulation):
    image = simulation.render()
    assert isinstance(image, np.ndarray) and image.dtype == np.float32
    assert image.shape == simulation.shape == (48, 48)
    assert image.flags.c_contiguous and image.flags.writeable and image.max() > 0
    assert np.array_equal(image, simulation.render(device="scalar")) or np.allclose(image, simulation.render(device="scalar"))
    assert np.array_equal(image, simulation.render(threads=1))
    single = simulation.render(dtype="f32")
    assert not np.array_equal(single, image)
    np.testing.assert_allclose(single, image, rtol=1e-2, atol=1e-4 * image.max())


def test_what_is_computed_of_an_image_is_as_of_any_array(simulation):
    image = simulation.render()
    for number in (image.max(), image.sum(), image[image > 1].mean(), np.add.reduce(image, axis=None), image[3, 4]):
        assert type(number) is np.float32
    assert type(image.sum(axis=0)) is type(image / 2) is type(image[3:5]) is nanobragg.Image
    assert (image / 2).simulation is None and image.simulation is simulation


def test_out_is_filled_in_place(simulation):
    out = np.full((48, 48), -1, dtype="f4")
    address = out.ctypes.data
    assert simulation.render(out=out) is out
    assert out.ctypes.data == address and np.array_equal(out, simulation.render())
    for wrong in (np.zeros((48, 47), "f4"), np.zeros((48, 48)), np.zeros((48, 96), "f4")[:, ::2], [1, 2]):
        with pytest.raises(TypeError, match="out has to be"):
            simulation.render(out=wrong)


def test_out_is_named_where_panels_differ_in_size(tmp_path):
    path = tmp_path / "two.geom"
    panel = "{0}/min_fs = 0\n{0}/max_fs = {1}\n{0}/min_ss = 0\n{0}/max_ss = 9\n{0}/corner_x = 0\n{0}/corner_y = {2}\n{0}/fs = x\n{0}/ss = y\n"
    path.write_text("photon_energy = 12398.42\nclen = 0.1\nres = 2500\n" + panel.format("a", 19, 0) + panel.format("b", 29, 20))
    rest = {name: value for name, value in SMALL.items() if name not in ("lambda_", "pixel_mm", "detpixels")}
    simulation = Simulation(Experiment(**rest, geometry=path), device="cpu")
    assert [image.shape for image in simulation.render()] == [(10, 20), (10, 30)]
    with pytest.raises(TypeError, match="out has to be None: the panels differ in size"):
        simulation.render(out=np.zeros((10, 20), "f4"))


def test_the_image_is_not_copied(small):
    """The image's memory is owned by what Rust allocated, and memory does not grow from render to render."""
    simulation = Simulation(small.replace(detpixels=512, pixel_mm=0.1), device="cpu")
    image = simulation.render()
    owner = image
    while isinstance(owner, np.ndarray) and owner.base is not None:
        owner = owner.base
    assert not isinstance(owner, np.ndarray)
    resource = pytest.importorskip("resource")
    for _ in range(20):
        simulation.render()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(200):
        simulation.render(pixels=np.array([[3, 4]]))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1024 * 8


def test_a_render_takes_the_memory_of_one_image(small, tmp_path):
    """A copy would take as much again."""
    if not os.path.exists("/proc/self/status"):
        pytest.skip("this system does not say how much memory a process had at most")
    script = tmp_path / "script.py"
    # (The figure of getrusage counts what the parent had before, as well.)
    script.write_text(
        "import re, numpy, nanobragg\n"
        "def most():\n    return int(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])\n"
        f"simulation = nanobragg.Simulation(nanobragg.Experiment(**{SMALL!r}).replace(detpixels=3000, pixel_mm=0.05), device='cpu')\n"
        "simulation.replace(detpixels=64).render()\n"
        "before = most()\n"
        "image = simulation.render()\n"
        "print((most() - before) * 1024 / image.nbytes)\n"
    )
    run = [sys.executable, "-W", "ignore", script]
    images = float(subprocess.run(run, capture_output=True, check=True, timeout=300).stdout)
    assert 0.8 < images < 1.4


def test_pixels(simulation):
    whole = simulation.render()
    places = np.array([[20, 30], [5, 6], [20, 30]])
    values = simulation.render(pixels=places)
    assert np.array_equal(values, whole[places[:, 0], places[:, 1]])
    mask = whole > np.median(whole)
    assert np.array_equal(simulation.render(pixels=mask), np.where(mask, whole, 0))
    with pytest.raises(IndexError):
        simulation.render(pixels=[[48, 0]])
    with pytest.raises(TypeError, match=r"pixels has to be an array of booleans of shape \(48, 48\)"):
        simulation.render(pixels=np.zeros((3, 3), bool))


def test_counts(simulation):
    image = simulation.render()
    counts = simulation.counts(seed=3)
    assert counts.dtype == np.int32 and counts.shape == image.shape
    assert np.array_equal(counts, simulation.counts(3, image))
    assert not np.array_equal(counts, simulation.counts(4, image))
    many = np.mean([simulation.counts(seed, image) for seed in range(1, 101)], axis=0)
    assert np.abs((many - image) / np.sqrt(image / 100 + 1e-3)).max() < 6


def test_a_trace_has_quantities_with_units(simulation):
    trace = simulation.trace((20, 30))
    assert (trace["slow"], trace["fast"]) == (20, 30)
    assert np.float32(trace["photons"]) == pytest.approx(simulation.render()[20, 30], rel=1e-6)
    distance = trace["quantities"]["R_distance_meters"]
    assert distance["unit"] == "m" and distance["value"] > 0.1 and distance["meaning"]
    assert len(trace["phi_steps"]) == 1 and "phi_deg" in trace["phi_steps"][0]
    with pytest.raises(IndexError, match="48 x 48"):
        simulation.trace((48, 0))


def test_many_orientations(simulation):
    angles = np.array([[0, 0, 0], [10, 20, 30], [100, -50, 170.0], [15, 90, 20]])
    images = list(simulation.render_many(angles))
    assert len(images) == len(angles)
    for row, image in zip(angles, images):
        expected = simulation.replace(misset=row).render()
        np.testing.assert_allclose(image, expected, rtol=1e-5, atol=1e-6 * expected.max())

    def turn(axis, angle):
        cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        matrix = np.eye(3)
        i, j = [(1, 2), (2, 0), (0, 1)][axis]
        matrix[i, i] = matrix[j, j] = cos
        matrix[j, i], matrix[i, j] = sin, -sin
        return matrix

    matrices = [turn(2, z) @ turn(1, y) @ turn(0, x) for x, y, z in angles]
    for image, again in zip(images, simulation.render_many(matrices)):
        np.testing.assert_allclose(again, image, rtol=1e-4, atol=1e-6 * image.max())
    with pytest.raises(ValueError, match="rotation"):
        simulation.render_many([np.ones((3, 3))])
    assert list(simulation.render_many([])) == []


@pytest.mark.parametrize("quirks", [[], ["-quirks", "reference"], ["-quirks", "spec", "-phi_carryover_mode", "c-parity"]])
def test_counts_of_many_orientations_are_those_of_a_sweep(program, quirks, tmp_path):
    flags = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -lambda 1.5 -pixel 1 -detpixels 24 -oversample 1 -fluence 1e30 -seed 7".split() + quirks
    angles = [[0, 0, 0], [10, 20, 30], [100, -50, 17.5]]
    (tmp_path / "list.txt").write_text("".join("{} {} {}\n".format(*row) for row in angles))
    sweep = [program, "sweep", *flags, "-orientations", "list.txt", "-q", "-o", "x.cbf", "-adc", "0", "-device", "cpu"]
    subprocess.run(sweep, cwd=tmp_path, check=True)
    written = sorted(tmp_path.glob("x*.cbf"))
    assert len(written) == len(angles)
    simulation = Simulation.from_args([*flags, "-adc", "0"], device="cpu")
    for image, row, path in zip(simulation.render_many(angles), angles, written):
        simulation.save(tmp_path / "saved.cbf", image)
        assert pixels_of(tmp_path / "saved.cbf") == pixels_of(path)
        turned = simulation.replace(misset=row, seed=image.noise_seed)
        assert np.array_equal(simulation.counts(image=image), turned.counts(image=image))


def test_a_saved_image_is_the_programs_file(program, tmp_path):
    flags = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -lambda 1.5 -pixel 1 -detpixels 24 -misset 10 20 30 -seed 7".split()
    subprocess.run([program, *flags, "-q", "-o", "image.cbf"], cwd=tmp_path, check=True)
    simulation = Simulation.from_args(flags, device="cpu")
    (tmp_path / "python").mkdir()
    simulation.save(tmp_path / "python" / "image.cbf")
    assert (tmp_path / "python" / "image.cbf").read_bytes() == (tmp_path / "image.cbf").read_bytes()
    arrays = dict(structure_factors=(np.array([[1, 2, 3]], np.int32), np.array([50.0])))
    Simulation(Experiment(cell=(70, 80, 90), N=5, detpixels=8, pixel_mm=1, **arrays)).save(tmp_path / "a.cbf")
    header = (tmp_path / "a.cbf").read_bytes().split(b"_array_data.data")[0].decode()
    assert "structure_factors=array" in header and "default_F" not in header and "a_matrix" in header


def pixels_of(path):
    """The compressed pixels of a CBF file."""
    return path.read_bytes().split(b"\x0c\x1a\x04\xd5")[1].split(b"\r\n--CIF")[0]


def test_images_of_many_orientations_have_noise_of_their_own(small):
    simulation = Simulation(small.replace(fluence=1e30, water=0.4), device="cpu")
    images = list(simulation.render_many([[0, 0, 0], [10, 20, 30]]))
    one, other = ((simulation.counts(image=image) - image).view(np.ndarray).ravel() for image in images)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1
    for image in images:
        counts = simulation.counts(image=image)
        assert np.array_equal(counts, image.simulation.counts(image=image))
        # Also of what is computed from it, and elsewhere.
        sent = pickle.loads(pickle.dumps(image))
        assert np.array_equal(sent, image) and sent.noise_seed == image.noise_seed == (image + 1).noise_seed
        assert np.array_equal(counts, simulation.counts(image=sent)) and sent.simulation is None
        assert np.array_equal(simulation.counts(3, image), simulation.counts(3, np.asarray(image)))
    assert simulation.render().noise_seed is None


def test_an_image_of_many_orientations_has_the_simulation_that_turns_the_crystal(simulation):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        angles = np.array([[0, 0, 0], [10, 20, 30], [100, -50, 170.0]])
        for row, image in zip(angles, simulation.render_many(angles)):
            brightest = np.unravel_index(np.argmax(image), image.shape)
            made = image.simulation
            assert made is image.simulation is not simulation and (image * 2).simulation is None
            trace = made.trace(tuple(int(place) for place in brightest))
            assert trace["photons"] == pytest.approx(image[brightest], rel=1e-4)
            shown = [float(word) for word in made.experiment.quantities()["misset angles"].value.split()]
            assert shown == pytest.approx(row, abs=1e-6)


def test_a_series_may_be_left_early(slow_simulation):
    started = time.monotonic()
    images = slow_simulation.render_many(np.zeros((100, 3)))
    del images
    assert time.monotonic() - started < 5


def test_progress_is_told(small):
    simulation = Simulation(small.replace(detpixels=512, pixel_mm=0.1, mosaic_deg=1, mosaic_domains=200), device="cpu")
    told = []
    simulation.render(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (512, 512)
    assert told == sorted(told) and len(told) > 1


def test_progress_that_raises_stops_the_render(slow_simulation):
    class Enough(Exception):
        pass

    def progress(done, total):
        raise Enough

    started = time.monotonic()
    with pytest.raises(Enough):
        slow_simulation.render(progress=progress)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("threads", [None, 1])
def test_two_threads_render_at_once(slow_simulation, threads):
    """Each of two renders that take minutes waits in its first report for the other's: in turn they would never meet."""
    meeting = threading.Barrier(2, timeout=30)

    class Met(Exception):
        pass

    def progress(done, total):
        assert done < total
        meeting.wait()
        raise Met

    def render(_):
        with pytest.raises(Met):
            slow_simulation.render(progress=progress, threads=threads)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(render, [1, 2]))


def test_keyboard_interrupt_stops_the_render(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import time, nanobragg\n"
        f"large = dict({SMALL!r}, detpixels=2048, pixel_mm=0.05, mosaic_deg=1, mosaic_domains=4000)\n"
        "simulation = nanobragg.Simulation(nanobragg.Experiment(**large), device='cpu')\n"
        "print('ready', flush=True)\n"
        "try:\n    simulation.render()\n"
        "except KeyboardInterrupt:\n    print(time.time(), flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", script],
        stdout=subprocess.PIPE,
        text=True,
        # What a shell runs in the background ignores the signal, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(1)
    sent = time.time()
    process.send_signal(signal.SIGINT)
    stopped = float(process.communicate(timeout=30)[0])
    # 0.2 s on a machine that has time; tests run beside others.
    assert stopped - sent < float(os.environ.get("NANOBRAGG_TEST_PATIENCE_S", "1"))


def test_simulations_are_pickled(simulation):
    again = pickle.loads(pickle.dumps(simulation))
    assert np.array_equal(again.render(), simulation.render())


def _of_worker(work):
    simulation, misset = work
    return simulation.replace(misset=misset).render()


def _as_it_came(simulation):
    return os.getpid(), simulation.render()


def test_a_process_opens_the_device_anew(small):
    """A graphics processor belongs to the process that opened it: what is pickled is how to open one."""
    import multiprocessing

    simulation = Simulation(small, device="gpu")
    try:
        expected = simulation.render()
    except nanobragg.DeviceError as error:
        pytest.skip(f"no graphics processor: {error}")
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        process, found = pool.submit(_as_it_came, simulation).result(timeout=120)
    assert process != os.getpid() and np.array_equal(found, expected)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_processes_render(simulation, method):
    import multiprocessing

    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    expected = [simulation.replace(misset=(0, 0, z)).render() for z in (1, 2)]
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        found = list(pool.map(_of_worker, [(simulation, (0, 0, 1)), (simulation, (0, 0, 2))], timeout=120))
    assert all(np.array_equal(a, b) for a, b in zip(expected, found))


def test_device_and_dtype_are_checked(simulation, small):
    with pytest.raises(ValueError, match="device has to be"):
        simulation.render(device="tpu")
    with pytest.raises(ValueError, match="dtype has to be"):
        simulation.render(dtype="f16")
    with pytest.raises(TypeError, match="Experiment"):
        Simulation({"cell": 3})
    absent = Simulation(small.replace(adapter="no such adapter"), device="gpu")
    with pytest.raises(nanobragg.DeviceError) as caught:
        absent.render()
    assert isinstance(caught.value, RuntimeError) and caught.value.code.startswith("device.")


def test_what_no_memory_holds_is_a_memory_error(small):
    huge = small.replace(detpixels=30_000, pixel_mm=0.001)
    simulation = Simulation(huge, device="cpu")
    assert simulation.shape == (30_000, 30_000)


def test_files_are_written(simulation, tmp_path):
    image = simulation.render()
    simulation.save(tmp_path / "image.npy", image)
    assert np.array_equal(np.load(tmp_path / "image.npy"), image)
    simulation.save(tmp_path / "image.cbf")
    assert (tmp_path / "image.cbf").read_bytes().startswith(b"###CBF")
    with pytest.raises(nanobragg.OutputError):
        simulation.save(tmp_path / "image.gif", image)
    with pytest.raises(TypeError, match=r"\(48, 48\)"):
        simulation.save(tmp_path / "image.npy", image[:3])


def test_notebooks_show_images(simulation):
    image = simulation.render()
    for shown in (image, pickle.loads(pickle.dumps(image))):
        assert shown._repr_png_().startswith(b"\x89PNG")
    assert image[0]._repr_png_() is None
    assert "distance" in simulation._repr_html_()


def test_plot(simulation):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    axes = simulation.render().plot(spots=[[3, 4]])
    assert axes.get_xlabel() == "fast (pixels)"


NAN = np.full((48, 48), np.nan, dtype="f4")


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda s: s.render(threads=-1), ValueError, "threads has to be 0 or more, not -1"),
        (lambda s: s.render(threads=1.5), TypeError, "threads has to be a whole number, not float"),
        (lambda s: s.render(dtype=3), TypeError, 'dtype has to be "f64" or "f32", not 3'),
        (lambda s: s.render(device=3), TypeError, "device has to be auto, cpu, gpu or scalar, not 3"),
        (lambda s: s.render(progress="bar"), TypeError, "progress has to be a function or True, not str"),
        (lambda s: s.trace(3), TypeError, "pixel has to be a pair (slow, fast), not 3"),
        (lambda s: s.trace((1.5, 2)), TypeError, "pixel has to be a whole number, not float"),
        (lambda s: s.trace((-1, 2)), IndexError, "panel 0, pixel (-1, 2) (slow, fast): none of them may be negative"),
        (lambda s: s.counts(seed=2**70), ValueError, f"seed: {2**70} does not fit into 64 bits"),
        (lambda s: s.counts(seed=1.5), TypeError, "seed has to be a whole number, not float"),
        (lambda s: s.counts(image=NAN), ValueError, "image: pixel (0, 0) (slow, fast) is nan, not a number"),
        (lambda s: s.gradient(3), TypeError, "parameters has to be a name or several names, not 3"),
        (lambda s: s.gradient(["distance", 3]), TypeError, "parameters has to be a name or several names, not 3"),
        (
            lambda s: s.normal_equations("distance", np.ones((48, 48)), np.where(np.eye(48) > 0, -2, 1)),
            ValueError,
            "weights: pixel (0, 0) (slow, fast) is -2.0; a weight cannot be negative",
        ),
        (lambda s: s.render_many([np.eye(3), -np.eye(3)]), ValueError, "orientations: matrix 1 is no rotation matrix: it is a mirror image"),
        (lambda s: s.render_many([2 * np.eye(3)]), ValueError, "orientations: matrix 0 is no rotation matrix: M Mᵀ is off from 1 by 3.0e+00"),
    ],
)
def test_wrong_arguments_are_named(simulation, call, kind, message):
    with pytest.raises(kind) as caught:
        call(simulation)
    assert type(caught.value) is kind and str(caught.value) == message


def test_an_array_to_fill_is_checked_before_the_render(slow_simulation):
    """The render itself takes minutes."""
    started = time.monotonic()
    with pytest.raises(TypeError, match="out has to be"):
        slow_simulation.render(out=np.zeros((3, 3), "f4"))
    with pytest.raises(TypeError, match=r"shape \(1,\)"):
        slow_simulation.render(pixels=[[1, 2]], out=np.zeros((2048, 2048), "f4"))
    assert time.monotonic() - started < 5


def test_chosen_pixels_fill_an_array(simulation):
    out = np.zeros(2, "f4")
    assert simulation.render(pixels=[[20, 30], [5, 6]], out=out) is out
    assert np.array_equal(out, simulation.render()[[20, 5], [30, 6]])


def test_spots_of_a_plot_are_places(simulation):
    pytest.importorskip("matplotlib").use("agg")
    with pytest.raises(TypeError, match=r"spots has to be an array of floats of shape \(n, 2\)"):
        simulation.render().plot(spots=[3, 4])


def test_what_no_detector_sees_is_not_saved(simulation, tmp_path):
    image = np.asarray(simulation.render())
    for wrong in (-image, np.where(image > image.mean(), np.nan, image), np.full_like(image, np.inf)):
        path = tmp_path / "image.cbf"
        with pytest.raises(nanobragg.PlanError, match="photons that are not finite or below zero"):
            simulation.save(path, wrong)
        assert not path.exists()
        simulation.save(path, wrong, allow_nonfinite=True)
        path.unlink()
        simulation.save(tmp_path / "image.npy", wrong)
        np.testing.assert_array_equal(np.load(tmp_path / "image.npy"), wrong)


def test_one_matrix_is_no_three_orientations(simulation):
    with pytest.raises(ValueError, match=r"one rotation matrix has to be an array of shape \(1, 3, 3\)"):
        simulation.render_many(np.eye(3))
    assert len(list(simulation.render_many(np.eye(3)[None]))) == 1
    assert len(list(simulation.render_many(10 * np.eye(3)))) == 3
    assert len(list(simulation.render_many(np.eye(3).tolist()))) == 3
