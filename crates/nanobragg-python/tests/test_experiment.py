"""Experiments: how they are described, and that they do not change."""

import pickle

import numpy as np
import pytest
from conftest import FIXTURES, SMALL

import nanobragg
from nanobragg import Experiment, Simulation


def rendered(experiment):
    return Simulation(experiment, device="cpu").render()


def test_descriptions_are_equivalent(small, tmp_path):
    expected = rendered(small)
    args = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -lambda 1.5 -pixel 1 -detpixels 48 -oversample 1".split()
    path = tmp_path / "experiment.toml"
    path.write_text(small.toml())
    assert "arrays" not in small.toml()
    turned = small.replace(matrix=np.eye(3) / 50, structure_factors=(np.array([[1, 0, 0]], np.int32), np.array([5.0])))
    assert "\n# Left out, because they are arrays: matrix, structure_factors.\n\n[" in turned.toml()
    tables = {
        "crystal": {"cell_angstrom_deg": np.array([70, 80, 90, 75, 85, 95.0]), "N": np.int64(5)},
        "structure_factors": {"default_F": np.float32(100)},
        "beam": {"lambda_angstrom": 1.5},
        "detector": {"pixel_mm": 1, "detpixels": 48},
        "sampling": {"oversample": 1},
    }
    for other in (Experiment.from_args(args), Experiment.from_toml(path), Experiment.from_dict(tables),
                  Experiment.from_dict(SMALL)):
        assert np.array_equal(rendered(other), expected)


def test_later_keywords_win(small, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text(small.toml())
    for changed in (small.replace(N=7), Experiment.from_toml(path, N=7), Experiment.from_args(small.args, N=7)):
        assert changed.quantities()["cells along a, b, c"].numbers == (7, 7, 7)
        assert not np.array_equal(rendered(changed), rendered(small))


def test_experiments_do_not_change(small):
    with pytest.raises(AttributeError, match="replace"):
        small.N = 7
    with pytest.raises(AttributeError):
        del small._base
    assert small == Experiment(**SMALL) and hash(small) == hash(Experiment(**SMALL))
    assert small != small.replace(N=7)


def test_switches_and_none():
    on = Experiment(**SMALL, nopolar=True, interpolate=None)
    assert "-nopolar" in on.args and "-interpolate" not in on.args
    assert "-nointerpolate" in Experiment(**SMALL, interpolate=False).args
    assert "-nopolar" not in Experiment(**SMALL, nopolar=False).args


@pytest.mark.parametrize(
    ("keywords", "kind", "code"),
    [
        ({"cel": 3}, nanobragg.FlagError, "flag.unknown"),
        ({"cell": (1, 2, -3)}, nanobragg.FlagError, "flag.out-of-range"),
        ({"cell": ()}, nanobragg.FlagError, "flag.missing-value"),
        ({"detpixels": 0.5}, nanobragg.FlagError, "flag.malformed"),
        ({"cell": None}, nanobragg.DescriptionError, "config.crystal"),
        ({"default_F": None}, nanobragg.StructureFactorError, "config.structure-factors"),
        ({"hkl": "absent.hkl"}, nanobragg.FileError, "io.read"),
        ({"cell": (70, 80, 90, 10, 10, 170)}, nanobragg.InputError, None),
    ],
)
def test_what_is_wrong_is_a_value_error_with_a_code(keywords, kind, code):
    with pytest.raises(kind) as caught:
        Experiment(**{**SMALL, **keywords})
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, nanobragg.InputError)
    assert code is None or caught.value.code == code
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.code) == (type(caught.value), str(caught.value), caught.value.code)


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"nopolar": 3}, "nopolar has to be True or False, not int"),
        ({"N": True}, "N needs a value"),
        ({"cell": object()}, "cell has to be a number, text, a path or a sequence of these, not object"),
        ({"cell": [object()]}, "cell: an item of a sequence has to be"),
        ({"matrix": np.eye(2)}, r"matrix has to be an array of floats of shape \(3, 3\), not one of float64 of shape \(2, 2\)"),
        ({"keep": np.zeros((48, 48))}, "keep has to be an array of booleans"),
        ({"sources": np.zeros((2, 3))}, "sources"),
        ({"structure_factors": 3}, "structure_factors has to be a pair"),
        ({"structure_factors": (np.zeros((2, 3)), np.zeros(2))}, "indices of structure_factors has to be an array of integers"),
        ({"structure_factors": (np.zeros((2, 3), int), np.zeros(3))}, r"of shape \(2,\), not one of float64 of shape \(3,\)"),
    ],
)
def test_wrong_types_say_what_was_wanted_and_given(keywords, text):
    with pytest.raises(TypeError, match=text):
        Experiment(**{**SMALL, **keywords})


def test_warnings_have_a_category():
    with pytest.warns(nanobragg.InputWarning, match="stol") as caught:
        Experiment.from_args(["-cell", "70", "80", "90", "-default_F", "1", "-N", "3", "-stol", "x"])
    assert caught[0].filename == __file__
    assert caught[0].message.code == "config.no-effect"
    again = pickle.loads(pickle.dumps(caught[0].message))
    assert (type(again), str(again), again.code) == (nanobragg.InputWarning, str(caught[0].message), "config.no-effect")
    with pytest.warns(nanobragg.PlanWarning) as caught:
        Simulation(Experiment(**{**SMALL, "N": 200, "oversample": 1}))
    assert "plan.undersampled" in [warning.message.code for warning in caught]


def test_arrays_take_the_place_of_files(small, tmp_path):
    rng = np.random.default_rng(1)
    indices = np.array([(h, k, l) for h in range(-9, 10) for k in range(-9, 10) for l in range(-9, 10)])
    amplitudes = rng.uniform(1, 100, len(indices)).round(2)
    path = tmp_path / "f.hkl"
    path.write_text("".join(f"{h} {k} {l} {f}\n" for (h, k, l), f in zip(indices, amplitudes)))
    rest = {name: value for name, value in SMALL.items() if name != "default_F"}
    from_file = Experiment(**rest, hkl=path)
    from_arrays = Experiment(**rest, structure_factors=(indices, amplitudes))
    assert not from_arrays.warnings and not from_arrays.replace(default_F=0).warnings
    assert Experiment(**rest, default_F=0).warnings
    interpolate = [from_arrays.replace(interpolate=True), small.replace(interpolate=True)]
    alone = ["-interpolate has no effect without -hkl" in [str(warning) for warning in each.warnings] for each in interpolate]
    assert alone == [False, True]
    assert np.array_equal(rendered(from_file), rendered(from_arrays))
    assert from_arrays == pickle.loads(pickle.dumps(from_arrays)) != from_file
    assert np.array_equal(rendered(from_arrays.replace(N=6)), rendered(from_file.replace(N=6)))


def test_a_matrix_is_an_orientation(small):
    stars = np.diag([1 / 70, 1 / 80, 1 / 90])
    rest = {name: value for name, value in SMALL.items() if name != "cell"}
    upright = rendered(Experiment(**rest, cell=(70, 80, 90, 90, 90, 90)))
    of_matrix = rendered(Experiment(**rest, matrix=stars))
    np.testing.assert_allclose(of_matrix, upright, rtol=1e-6)


def test_pixels_that_are_kept(small):
    keep = np.zeros((48, 48), bool)
    keep[10:20, 5:9] = True
    image = rendered(small.replace(keep=keep))
    assert np.array_equal(image, np.where(keep, rendered(small), 0))


def test_experiments_are_pickled(small):
    assert pickle.loads(pickle.dumps(small)) == small
    case = FIXTURES / "cases" / "hkl_matrix"
    args = (case / "args.txt").read_text().split()
    of_files = Experiment.from_args(args, directory=case)
    again = pickle.loads(pickle.dumps(of_files))
    assert again == of_files and np.array_equal(rendered(again), rendered(of_files))


def test_quantities_and_html(small):
    quantities = small.quantities()
    assert quantities["distance"].unit == "mm"
    assert quantities["shape"].numbers == () and len(quantities["unit cell"].numbers) == 6
    html = small._repr_html_()
    assert html.startswith("<table>") and "distance" in html and "mm" in html


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"N": (5, 6, 7)}, "N takes 1 value, not 3; Na, Nb and Nc are the cells along each axis"),
        ({"detpixels": (64, 32)}, "detpixels takes 1 value, not 2; detpixels_x and detpixels_y are the pixels along each axis"),
        ({"detpixels": np.array([64, 32, 1])}, "detpixels takes 1 value, not 3; detpixels_x and detpixels_y are the pixels along each axis"),
    ],
)
def test_too_many_values_are_an_error_that_says_how_many_there_may_be(small, keywords, message):
    with pytest.raises(TypeError) as caught:
        small.replace(**keywords)
    assert str(caught.value) == message
    assert type(caught.value) is TypeError
    assert small.replace(detpixels_x=64, detpixels_y=32, Na=5, Nb=6, Nc=7).quantities()["cells along a, b, c"].value == "5 6 7"
    assert small.replace(N=(6,), detpixels=np.array(32)).quantities()["cells along a, b, c"].value == "6 6 6"


@pytest.mark.parametrize(
    ("keywords", "message", "code"),
    [
        ({"misset": (1, 2, 3, 4)}, "misset needs 3 values (X Y Z | random, deg), not 4", "flag.excess-value"),
        ({"misset_deg": np.array([1.0, 2])}, "misset_deg needs 3 values (X Y Z | random, deg), not 2", "flag.missing-value"),
        ({"misset": ("random", 1)}, "misset needs 3 values (X Y Z | random, deg), not 2", "flag.excess-value"),
        ({"cell": (70, 80, 90, 75, 85, 95, 95)}, "cell needs 1 to 6 values (A B C AL BE GA, Angstrom, deg), not 7", "flag.excess-value"),
        ({"distance": (100, 100)}, "distance needs a value (mm), not 2", "flag.excess-value"),
        ({"distance_mm": ()}, "distance_mm needs a value (mm)", "flag.missing-value"),
        ({"beam_vector": (1, 0)}, "beam_vector needs 3 values (X Y Z), not 2", "flag.missing-value"),
        ({"roi": (1, 2, 3, 4, 5)}, "roi needs 4 values (XMIN XMAX YMIN YMAX), not 5", "flag.excess-value"),
        ({"hkl": ("a.hkl", "b.hkl")}, "hkl needs a value (a file), not 2", "flag.excess-value"),
        ({"quirks": ("exact", "spec")}, "quirks needs a value (reference, spec, exact or port), not 2", "flag.excess-value"),
        ({"distance_mm": -1}, "distance_mm must be greater than 0 (mm), not -1", "flag.out-of-range"),
    ],
)
def test_a_wrong_number_of_values_is_an_error_that_names_the_keyword(small, keywords, message, code):
    for made in (small.replace, Experiment, lambda **given: Experiment.from_dict({**SMALL, **given})):
        with pytest.raises(nanobragg.FlagError) as caught:
            made(**keywords)
        assert (str(caught.value), caught.value.code) == (message, code)


def test_no_keyword_takes_any_number_of_values(small):
    """Eight values are too many for each; those of which every value counts are flags of their own."""
    several = {"o", "geometry_out", "png_rings"}
    for _, _, names, _, _ in nanobragg._native.keys():
        name = names[0].lstrip("-")
        if name in several:
            continue
        with pytest.raises((nanobragg.FlagError, TypeError)) as caught:
            small.replace(**{name: [1] * 8})
        assert str(caught.value).startswith(name), name


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"hkl": b"a.hkl"}, "hkl has to be a number, text, a path or a sequence of these, not bytes"),
        ({"misset": {1, 2, 3}}, "misset has to be a number, text, a path or a sequence of these, not set"),
        ({"misset": {"x": 1}}, "misset has to be a number, text, a path or a sequence of these, not dict"),
        ({"N": np.True_}, "N needs a value, not True"),
    ],
)
def test_values_without_an_order_are_refused(small, keywords, message):
    with pytest.raises(TypeError) as caught:
        small.replace(**keywords)
    assert str(caught.value) == message


def test_switches_may_be_numpys(small):
    assert small.replace(nopolar=np.True_) == small.replace(nopolar=True)
    assert small.replace(nopolar=np.array(True)) == small.replace(nopolar=True)
    assert "-nopolar" not in small.replace(nopolar=np.False_).args


class Tensor:
    """A tensor of torch without dimensions: it has a data type, which has a name and no kind."""

    class Type:
        def __init__(self, name):
            self.name = name

        def __repr__(self):
            return f"torch.{self.name}"

    def __init__(self, value):
        self.value = value
        self.dtype = Tensor.Type({bool: "bool", int: "int64", float: "float64"}[type(value)])
        self.ndim = 0

    def __bool__(self):
        return bool(self.value)

    def __index__(self):
        if isinstance(self.value, float):
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.value)

    def __float__(self):
        return float(self.value)


def test_values_may_be_tensors_without_dimensions(small):
    assert small.replace(N=Tensor(7)) == small.replace(N=7)
    assert small.replace(lambda_=Tensor(1.25)) == small.replace(lambda_=1.25)
    assert small.replace(nopolar=Tensor(True)) == small.replace(nopolar=True)
    assert "-nopolar" not in small.replace(nopolar=Tensor(False)).args


def test_torchs_tensors_are_values(small):
    torch = pytest.importorskip("torch")
    assert small.replace(N=torch.tensor(7)) == small.replace(N=7)
    assert small.replace(lambda_=torch.tensor(1.25)) == small.replace(lambda_=1.25)
    assert small.replace(nopolar=torch.tensor(True)) == small.replace(nopolar=True)


@pytest.mark.parametrize(
    ("description", "kind", "message"),
    [
        (3, TypeError, "description has to be a dictionary, not int"),
        (
            {"crystall": {"N": 5}},
            nanobragg.DescriptionError,
            "no table 'crystall'; there are crystal, structure_factors, beam, detector, sampling, background, output, noise, diagnostics, program",
        ),
        ({"beam": {"cell": (1, 2, 3)}}, nanobragg.DescriptionError, "cell is a keyword of the table crystal, not of beam"),
        ({"beam": {"lamda": 1}}, nanobragg.FlagError, 'unknown keyword "lamda"; did you mean lambda?'),
    ],
)
def test_tables_of_a_dictionary_are_those_of_an_experiment_file(description, kind, message):
    with pytest.raises(kind) as caught:
        Experiment.from_dict(description)
    assert str(caught.value) == message


def test_flags_in_one_text_are_refused():
    with pytest.raises(TypeError, match=r"args has to be a list of words: text.split\(\) makes one"):
        Experiment.from_args("-cell 70 80 90 90 90 90 -default_F 100 -N 5")


def test_replace_takes_keywords_back(small, tmp_path):
    gaussian = small.replace(gauss_xtal=True)
    assert not np.array_equal(rendered(gaussian), rendered(small))
    for back in (gaussian.replace(gauss_xtal=False), gaussian.replace(gauss_xtal=None), pickle.loads(pickle.dumps(gaussian)).replace(gauss_xtal=None)):
        assert back == small and np.array_equal(rendered(back), rendered(small))
    assert small.replace(distance=50).replace(distance_mm=None) == small
    assert small.replace(N=7).replace(N=8).args == small.replace(N=8).args
    turned = small.replace(matrix=np.diag([1 / 70, 1 / 80, 1 / 90]))
    assert turned.replace(matrix=None) == small
    with pytest.raises(nanobragg.FlagError, match="unknown keyword"):
        small.replace(nothing=None)
    with pytest.raises(nanobragg.DescriptionError, match="N is given by a flag, which replace cannot take back"):
        Experiment.from_args(small.args).replace(N=None)
    path = tmp_path / "experiment.toml"
    path.write_text(small.toml())
    with pytest.raises(nanobragg.DescriptionError, match="N is given by .*experiment.toml, which replace cannot take back"):
        Experiment.from_toml(path).replace(N=None)
    assert Experiment.from_toml(path, misset=(1, 2, 3)).replace(misset=None) == Experiment.from_toml(path)
    # What the file says counts again.
    assert Experiment.from_toml(path, N=7).replace(N=None) == Experiment.from_toml(path)
    path.write_text(
        "beam.lambda_angstrom = 1.2\ncrystal.N = 4\ncrystal.cell_angstrom_deg = [70, 80, 90, 90, 90, 90]\n"
        "structure_factors.default_F_electrons = 1\n"
    )
    with pytest.raises(nanobragg.DescriptionError, match="lambda_angstrom is given by"):
        Experiment.from_toml(path).replace(lambda_=None)


def test_arrays_are_doubted_as_files_are():
    base = {name: value for name, value in SMALL.items() if name not in ("default_F", "cell")}
    indices = [[1, 0, 0], [2, 0, 0], [1, 0, 0]]

    def codes(**keywords):
        with pytest.warns() as caught:
            Experiment(**base, **keywords)
        return [warning.message.code for warning in caught]

    cell = (70, 80, 90, 90, 90, 90)
    assert "io.repeated-reflections" in codes(cell=cell, structure_factors=(indices, [1.0, 2.0, 3.0]))
    assert "io.negative-amplitudes" in codes(cell=cell, structure_factors=(indices[:2], [1.0, -2.0]))
    assert "io.unlikely-wavelength" in codes(cell=cell, default_F=1, sources=[[-1, 0, 0, 1, 1.0]])
    with pytest.warns():
        negative = Experiment(**base, cell=cell, structure_factors=(indices[:2], [1.0, -2.0]))
    assert [text for text in negative.warnings if "negative" in text] == [
        "structure_factors: 1 amplitudes are negative, the first that of 2 0 0: their squares count"
    ]
    other = Experiment(**base, default_F=1, matrix=np.eye(3) / 50)
    assert other.quantities()["unit cell"].numbers == (50, 50, 50, 90, 90, 90)
    assert other.quantities()["unit cell"].origin == "derived"
    with pytest.warns(nanobragg.InputWarning, match="matrix: its axes make the cell 50 50 50 90 90 90, and -cell says 70 80 90 90 90 90"):
        other.replace(cell=cell)
    with pytest.warns(nanobragg.InputWarning, match="matrix: its axes are left-handed"):
        other.replace(matrix=np.diag([-0.02, 0.02, 0.02]))
    with pytest.raises(nanobragg.InputError, match="matrix: its axes make the cell") as caught:
        other.replace(cell=cell, strict=True)
    assert caught.value.code == "config.cell-over-file"


def test_an_item_that_is_no_value_is_named(small):
    with pytest.raises(TypeError, match="misset: an item of a sequence has to be a number, text or a path, not NoneType"):
        small.replace(misset=(1, 2, None))
