"""Derivatives."""

import contextlib
import subprocess
import sys

import numpy as np
import pytest
from conftest import SMALL

import nanobragg


@pytest.fixture
def smooth(small):
    return nanobragg.Simulation(small.replace(gauss_xtal=True, mosaic_deg=None), device="cpu")


STEPS = {"distance": 1e-4, "lambda": 1e-7, "misset_x": 1e-5, "misset_z": 1e-5, "cell_b": 1e-5}
KEYWORDS = {"distance": lambda at: {"distance": 100 + at}, "lambda": lambda at: {"lambda_": 1.5 + at},
            "misset_x": lambda at: {"misset": (at, 0, 0)}, "misset_z": lambda at: {"misset": (0, 0, at)},
            "cell_b": lambda at: {"cell": (70, 80 + at, 90, 75, 85, 95)}}


def test_derivatives_are_those_of_differences(small):
    small = small.replace(gauss_xtal=True, distance=100, misset=(0, 0, 0))
    photons, columns = nanobragg.Simulation(small).gradient(STEPS)
    assert photons.dtype == np.float64 and list(columns) == list(STEPS)
    for name, step in STEPS.items():
        ahead, behind = (
            nanobragg.Simulation(small.replace(**KEYWORDS[name](sign * step))).gradient([])[0] for sign in (1, -1)
        )
        difference = (ahead - behind) / (2 * step)
        np.testing.assert_allclose(columns[name], difference, rtol=1e-4, atol=1e-4 * np.abs(difference).max(), err_msg=name)


def test_all_forms_agree(smooth):
    names = ["misset", "distance", "scale"]
    photons, columns = smooth.gradient(names)
    assert list(columns) == ["misset_x", "misset_y", "misset_z", "distance", "scale"]
    assert np.array_equal(photons.astype("f4"), smooth.render()) and np.array_equal(columns["scale"], photons)
    cotangent = np.random.default_rng(1).normal(size=photons.shape)
    expected = [float((column * cotangent).sum()) for column in columns.values()]
    np.testing.assert_allclose(smooth.vjp(names, cotangent), expected, rtol=1e-9, atol=1e-9 * max(map(abs, expected)))
    equations = smooth.normal_equations(names, photons + cotangent)
    matrix = np.array([column.ravel() for column in columns.values()])
    np.testing.assert_allclose(equations.matrix, matrix @ matrix.T, rtol=1e-8, atol=1e-8 * np.abs(equations.matrix).max())
    np.testing.assert_allclose(equations.vector, matrix @ cotangent.ravel(), rtol=1e-7, atol=1e-7 * np.abs(equations.vector).max())
    assert equations.names == list(columns) and equations.units[3] == "mm" and equations.pixels == photons.size
    assert equations.residuals == pytest.approx((cotangent**2).sum())


def test_chosen_pixels_are_those_of_the_image(smooth):
    """In the order in which they are given, twice where they are given twice."""
    names = ["misset", "distance"]
    photons, columns = smooth.gradient(names)
    places = np.array([[7, 3], [0, 5], [7, 3], [12, 11]])
    listed, rows = smooth.gradient(names, pixels=places)
    assert list(rows) == list(columns) and listed.shape == (4,)
    np.testing.assert_allclose(listed, photons[places[:, 0], places[:, 1]], rtol=1e-12)
    for name, column in columns.items():
        expected = column[places[:, 0], places[:, 1]]
        np.testing.assert_allclose(rows[name], expected, rtol=0, atol=1e-12 * np.abs(column).max(), err_msg=name)
    keep = np.zeros(photons.shape, dtype=bool)
    keep[3:9, 2:5] = True
    image, masked = smooth.gradient(names, pixels=keep)
    np.testing.assert_allclose(image, np.where(keep, photons, 0), rtol=1e-12)
    distance = columns["distance"]
    np.testing.assert_allclose(masked["distance"], np.where(keep, distance, 0), rtol=0, atol=1e-12 * np.abs(distance).max())
    none, empty = smooth.gradient(names, pixels=np.zeros((0, 2), dtype=int))
    assert none.shape == (0,) and empty["distance"].shape == (0,)
    with pytest.raises(IndexError, match="not all are on the image"):
        smooth.gradient(names, pixels=[[0, photons.shape[1]]])


def test_a_graphics_processor_differentiates(small):
    """In both precisions, with the device that has rendered."""
    gpu = nanobragg.Simulation(small.replace(gauss_xtal=True), device="gpu")
    names = ["misset", "cell", "lambda", "scale"]
    try:
        gpu.render()
    except nanobragg.DeviceError as error:
        pytest.skip(f"no graphics processor: {error}")
    photons, columns = gpu.gradient(names, device="cpu")
    cotangent = np.random.default_rng(3).normal(size=photons.shape)
    for dtype, bound in [("f64", 1e-9), ("f32", 1e-4)]:
        found, by_device = gpu.gradient(names, dtype=dtype)
        assert not np.array_equal(found, photons), "the CPU's own numbers"
        np.testing.assert_allclose(found, photons, rtol=0, atol=bound * photons.max())
        assert list(by_device) == list(columns)
        for name, column in columns.items():
            np.testing.assert_allclose(by_device[name], column, rtol=0, atol=bound * np.abs(column).max(), err_msg=name)
        expected = [(column * cotangent).sum() for column in columns.values()]
        scale = [np.abs(column * cotangent).sum() for column in columns.values()]
        assert (np.abs(gpu.vjp(names, cotangent, dtype=dtype) - expected) <= bound * np.array(scale)).all()
    # Another experiment on the device that is open.
    moved = gpu.replace(misset=(1, 2, 3))
    turned, _ = moved.gradient([])
    np.testing.assert_allclose(turned, moved.gradient([], device="cpu")[0], rtol=0, atol=1e-9 * turned.max())
    # All structure factors.
    of_table = nanobragg.Simulation(table(small)[0], device="gpu")
    expected = of_table.vjp_structure_factors(cotangent, device="cpu")
    for dtype, bound in [("f64", 1e-9), ("f32", 1e-4)]:
        slopes = of_table.vjp_structure_factors(cotangent, expected.indices, dtype=dtype).slopes
        assert not np.array_equal(slopes, expected.slopes), "the CPU's own numbers"
        np.testing.assert_allclose(slopes, expected.slopes, rtol=0, atol=bound * np.abs(expected.slopes).max())


def test_torch_runs_on_the_device_of_a_simulation(small):
    torch = pytest.importorskip("torch")
    from nanobragg.torch import render

    simulation = nanobragg.Simulation(small.replace(gauss_xtal=True, mosaic_deg=None), device="cpu")
    x = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    one, other = render(simulation, misset_x=x), render(simulation.experiment, misset_x=y)
    assert torch.equal(one, other)
    one.sum().backward()
    other.sum().backward()
    assert x.grad == y.grad and x.grad != 0


def table(experiment):
    """The experiment with a table of structure factors of its own, and this table."""
    grid = np.mgrid[-12:13, -12:13, -12:13].reshape(3, -1).T.astype("i4")
    f = 50 + 50 * np.random.default_rng(2).random(len(grid))
    return experiment.replace(structure_factors=(grid, f), gauss_xtal=True, default_F=0), grid, f


def test_all_structure_factors_at_once(small):
    experiment, grid, f = table(small)
    simulation = nanobragg.Simulation(experiment)
    photons, _ = simulation.gradient([])
    made = simulation.vjp_structure_factors(np.ones_like(photons), parameters=["scale", "distance"])
    assert 10 < len(made.slopes) < len(f) and (made.slopes != 0).all()
    np.testing.assert_allclose(made.parameters, simulation.vjp(["scale", "distance"], np.ones_like(photons)), rtol=1e-12)
    # Photons go with the square: Euler's theorem.
    assert (made.amplitudes * made.slopes).sum() == pytest.approx(2 * made.parameters[0], rel=1e-9)
    brightest = made.slopes.argmax()
    h, k, l = made.indices[brightest]
    assert made.slopes[brightest] == pytest.approx(simulation.vjp([f"F_{h}_{k}_{l}"], np.ones_like(photons))[0], rel=1e-9)
    chosen = simulation.vjp_structure_factors(np.ones_like(photons), indices=[made.indices[brightest], [12, 12, 12], [99, 0, 0]])
    assert chosen.slopes.tolist() == [made.slopes[brightest], 0, 0] and chosen.amplitudes[1] == f[-1]
    with pytest.raises(nanobragg.InputError, match="all structure factors are the same number") as caught:
        nanobragg.Simulation(small).vjp_structure_factors(np.ones_like(photons))
    assert caught.value.code == "gradient.refused"


def test_torch_differentiates_by_structure_factors(small):
    torch = pytest.importorskip("torch")
    from nanobragg.torch import Renderer, render

    tiny, grid, _ = table(small.replace(detpixels=6, pixel_mm=8, fluence=1e27))
    seen = nanobragg.Simulation(tiny).vjp_structure_factors(np.ones((6, 6)))
    some = seen.indices[np.argsort(-seen.slopes)[:5]]
    f = torch.tensor([60.0, 70.0, 80.0, 90.0, 100.0], dtype=torch.float64, requires_grad=True)
    turn = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    plain = tiny.replace(default_F=1)

    def image(f, turn):
        return render(plain, structure_factors=(some, f), misset_x=turn)

    assert torch.autograd.gradcheck(image, [f, turn], eps=1e-6, atol=1e-4, rtol=1e-3)
    module = Renderer(plain, structure_factors=(some, f))
    loss = ((module() - 2 * module().detach()) ** 2).sum()
    loss.backward()
    assert module.amplitudes.grad.shape == (5,) and bool((module.amplitudes.grad < 0).all())
    with pytest.raises(ValueError, match="is there more than once"):
        render(plain, structure_factors=(np.concatenate([some, some]), torch.ones(10)))


def test_what_has_no_derivative_says_so(smooth):
    with pytest.raises(nanobragg.InputError, match='no parameter "missset"; there are misset') as caught:
        smooth.gradient(["missset"])
    assert caught.value.code == "gradient.unknown"
    with pytest.raises(nanobragg.InputError, match="no derivative with respect to water") as caught:
        smooth.gradient(["water"])
    assert caught.value.code == "gradient.refused"
    with pytest.raises(TypeError, match="cotangent has to be an array of floats"):
        smooth.vjp(["misset"], np.zeros(3))


def test_a_string_is_one_name(smooth):
    photons, columns = smooth.gradient("misset_x")
    assert list(columns) == ["misset_x"]
    assert list(smooth.gradient("misset")[1]) == ["misset_x", "misset_y", "misset_z"]
    assert smooth.vjp("misset_x", photons).shape == smooth.normal_equations("scale", photons).vector.shape == (1,)
    with pytest.raises(nanobragg.InputError, match='no parameter "missset"'):
        smooth.gradient("missset")


def test_pixels_without_weight_are_left_out_whatever_was_measured(smooth):
    photons, columns = smooth.gradient(["scale", "distance"])
    measured, weights = 1.1 * photons, np.ones_like(photons)
    measured[3, 4] = measured[5, 6] = np.nan
    with pytest.raises(ValueError, match=r"measured: pixel \(3, 4\) \(slow, fast\) is nan, not a number"):
        smooth.normal_equations(list(columns), measured)
    weights[3, 4] = 0
    with pytest.raises(ValueError, match=r"measured: pixel \(5, 6\)"):
        smooth.normal_equations(list(columns), measured, weights)
    weights[5, 6] = 0
    found = smooth.normal_equations(list(columns), measured, weights)
    expected = smooth.normal_equations(list(columns), 1.1 * photons, weights)
    assert np.array_equal(found.vector, expected.vector) and found.residuals == expected.residuals
    assert np.isfinite(found.vector).all() and found.pixels == photons.size - 2
    for call in (lambda y: smooth.vjp("scale", y), lambda y: smooth.vjp_structure_factors(y)):
        with pytest.raises(ValueError, match=r"cotangent: pixel \(3, 4\)"):
            call(measured)
    weights[7, 8] = np.inf
    with pytest.raises(ValueError, match=r"weights: pixel \(7, 8\)"):
        smooth.normal_equations("scale", photons, weights)


def test_torch_refuses_second_derivatives(small):
    torch = pytest.importorskip("torch")
    from nanobragg.torch import render

    x = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    total = render(small.replace(gauss_xtal=True), misset_x=x).sum()
    (slope,) = torch.autograd.grad(total, x, create_graph=True)
    with pytest.raises(RuntimeError, match="no second derivatives"):
        (total + slope**2).backward()
    with pytest.raises(RuntimeError, match="no second derivatives"):
        torch.autograd.functional.hessian(lambda x: render(small.replace(gauss_xtal=True), misset_x=x).sum(), x.detach())


def test_torch_names_the_parameter_that_is_wrong(small):
    torch = pytest.importorskip("torch")
    from nanobragg.torch import Renderer, render

    smooth = small.replace(gauss_xtal=True)
    for call in (render, Renderer):
        with pytest.raises(ValueError, match="no parameter 'scale'"):
            call(smooth, scale=torch.tensor(1.0))
        with pytest.raises(TypeError, match=r"misset_x has to be a tensor of one number, not one of shape \(2,\)"):
            call(smooth, misset_x=torch.zeros(2))
        with pytest.raises(TypeError, match="misset_x has to be a tensor of one number, not 'far'"):
            call(smooth, misset_x="far")
        with pytest.raises(ValueError, match="lambda and lambda_"):
            call(smooth, lambda_=1.5, **{"lambda": 1.5})
    at = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    expected = render(smooth, distance=torch.tensor(100.0, dtype=torch.float64), **{"lambda": at})
    assert torch.equal(render(smooth, distance=100.0, lambda_=at), expected)
    module = Renderer(smooth, distance=100, lambda_=1.5)
    assert torch.equal(module(), expected) and list(module.numbers) == ["distance", "lambda"]
    expected.sum().backward()
    module().sum().backward()
    assert at.grad == module.numbers["lambda"].grad != 0


@contextlib.contextmanager
def double_precision(jax):
    """Numbers of 64 bits on all threads: what `jax.enable_x64` says holds for one, and callbacks run on others."""
    jax.config.update("jax_enable_x64", True)
    try:
        yield
    finally:
        jax.config.update("jax_enable_x64", False)


def test_jax_names_the_parameter_that_is_wrong(small):
    pytest.importorskip("jax")
    from nanobragg.jax import render

    smooth = small.replace(gauss_xtal=True)
    with pytest.raises(TypeError, match=r"misset_x has to be one number, not an array of shape \(2,\)"):
        render(smooth, misset_x=np.zeros(2))
    assert np.array_equal(render(smooth, lambda_=1.6), render(smooth, **{"lambda": 1.6}))


def test_torch_differentiates(small):
    torch = pytest.importorskip("torch")
    from nanobragg.torch import Renderer, render

    tiny = small.replace(gauss_xtal=True, detpixels=6, pixel_mm=8, fluence=1e27)
    at = {"misset_x": 0.3, "cell_b": 80.0, "distance": 100.0, "lambda": 1.5}
    tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in at.values()]
    assert torch.autograd.gradcheck(lambda *values: render(tiny, **dict(zip(at, values))), tensors, eps=1e-6, atol=1e-4, rtol=1e-3)
    module = Renderer(tiny, misset_x=0.3)
    module().sum().backward()
    assert module.numbers["misset_x"].grad is not None
    with pytest.raises(ValueError, match="no parameter 'water'"):
        render(tiny, water=torch.tensor(1.0))


def test_jax_differentiates(small):
    jax = pytest.importorskip("jax")
    from jax.test_util import check_grads

    from nanobragg.jax import render

    tiny = small.replace(gauss_xtal=True, detpixels=6, pixel_mm=8, fluence=1e27)
    at = {"misset_x": 0.3, "cell_b": 80.0, "distance": 100.0, "lambda": 1.5}

    def image(*values):
        return render(tiny, **dict(zip(at, values)))

    with double_precision(jax):
        expected = nanobragg.Simulation(tiny.replace(misset=(0.3, 0, 0))).gradient([])[0]
        assert np.array_equal(image(*at.values()), expected)
        check_grads(image, tuple(at.values()), order=1, modes=["rev"], eps=1e-6, atol=1e-4, rtol=1e-3)
        check_grads(jax.jit(image), tuple(at.values()), order=1, modes=["rev"], eps=1e-6, atol=1e-4, rtol=1e-3)
        # Many values of a parameter, and the slope of each.
        turns = np.array([0.1, 0.3, 0.5])
        many = jax.vmap(jax.grad(lambda turn: render(tiny, misset_x=turn).sum()))(turns)
        each = [nanobragg.Simulation(tiny.replace(misset=(x, 0, 0))).vjp(["misset_x"], np.ones((6, 6)))[0] for x in turns]
        np.testing.assert_allclose(many, each, rtol=1e-12)
    single = jax.grad(lambda turn: render(tiny, misset_x=turn).sum())(0.3)
    assert single.dtype == np.float32 and single == pytest.approx(each[1], rel=1e-4)
    with pytest.raises(ValueError, match="no parameter 'water'"):
        render(tiny, water=1.0)


def test_jax_differentiates_by_structure_factors(small):
    jax = pytest.importorskip("jax")
    from nanobragg.jax import render

    experiment, grid, f = table(small)
    simulation = nanobragg.Simulation(experiment, device="cpu")
    with double_precision(jax):
        weights = np.random.default_rng(4).normal(size=simulation.shape)
        total = lambda f, turn: (render(simulation, (grid, f), misset_x=turn) * weights).sum()
        by_amplitude, by_turn = jax.block_until_ready(jax.jit(jax.grad(total, argnums=(0, 1)))(f, 0.0))
    expected = simulation.replace(misset=(0, 0, 0)).vjp_structure_factors(weights, grid, ["misset_x"])
    assert np.abs(expected.slopes).max() > 0
    np.testing.assert_allclose(by_amplitude, expected.slopes, rtol=1e-12)
    np.testing.assert_allclose(by_turn, expected.parameters[0], rtol=1e-12)
    with pytest.raises(ValueError, match="more than once"):
        render(simulation, (np.zeros((2, 3), "i4"), np.ones(2)))


def test_jax_takes_large_images_on_one_core(small, tmp_path):
    """Callbacks of JAX that wait for its own threads stop for ever: ours do not."""
    pytest.importorskip("jax")
    script = tmp_path / "script.py"
    script.write_text(
        "import os\n"
        "if hasattr(os, 'sched_setaffinity'):\n    os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])\n"
        "import jax, nanobragg\nfrom nanobragg.jax import render\n"
        f"large = nanobragg.Experiment(**{SMALL!r}).replace(gauss_xtal=True, detpixels=512, pixel_mm=0.1)\n"
        "slope = jax.jit(jax.grad(lambda x: (render(large, misset_x=x) ** 2).sum()))\n"
        "print(float(slope(0.3)) != 0)\n"
    )
    ran = subprocess.run([sys.executable, "-W", "ignore", script], capture_output=True, text=True, timeout=240, check=True)
    assert ran.stdout == "True\n"
