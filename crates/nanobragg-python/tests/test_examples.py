"""The scripts of examples/ run, and agree."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


def output(path, folder, *arguments):
    text = path.read_text(encoding="utf-8")
    for needed in re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is not there")
    run = [sys.executable, "-W", "ignore", path, *arguments]
    return subprocess.run(run, cwd=folder, check=True, timeout=300, capture_output=True, text=True).stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_each_image_is_rendered_by_one_of_several_processes(path, tmp_path):
    said = output(path, tmp_path, "16", "2")
    assert re.search(r"^16 images by [12] (processes|workers)$", said, re.MULTILINE), said
    photons = re.search(r"^(\d+) photons$", said, re.MULTILINE)
    # One process finds the same.
    assert photons and photons[0] in output(path, tmp_path, "16", "1")
    assert photons[0] not in output(path, tmp_path, "15", "1")
