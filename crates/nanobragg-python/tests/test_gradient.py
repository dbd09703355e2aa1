"""Derivatives."""

import numpy as np
import pytest

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


def test_what_has_no_derivative_says_so(smooth):
    with pytest.raises(nanobragg.InputError, match='no parameter "missset"; there are misset') as caught:
        smooth.gradient(["missset"])
    assert caught.value.code == "gradient.unknown"
    with pytest.raises(nanobragg.InputError, match="no derivative by water") as caught:
        smooth.gradient(["water"])
    assert caught.value.code == "gradient.refused"
    with pytest.raises(TypeError, match="cotangent has to be an array of floats"):
        smooth.vjp(["misset"], np.zeros(3))


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
