"""The code of docs/PYTHON.md runs as it stands there."""

import importlib.util
import re
import subprocess
import sys

import nanobragg
import pytest
from conftest import FIXTURES

PAGE = FIXTURES.parent / "docs" / "PYTHON.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


NEEDS = [re.match(r"# needs (\w+)", block) for block in BLOCKS]


@pytest.mark.parametrize(
    ("block", "needs"),
    zip(BLOCKS, NEEDS),
    ids=[f"{number}-{needs[1]}" if needs else str(number) for number, needs in enumerate(NEEDS)],
)
def test_code_runs(block, needs, tmp_path):
    if needs and importlib.util.find_spec(needs[1]) is None:
        pytest.skip(f"{needs[1]} is not there")
    script = tmp_path / "script.py"
    script.write_text(block)
    subprocess.run([sys.executable, "-W", "ignore", script], cwd=tmp_path, check=True, timeout=300)


@pytest.mark.parametrize("name", ["Experiment", "Simulation", "Image"])
def test_tables_have_every_name(name):
    tables = PAGE.read_text(encoding="utf-8").split("## Every name")[1]
    table = tables.split(f"| `{name}` |")[1].split("\n\n")[0]
    listed = {word for row in table.splitlines() for word in re.findall(r"`(\w+)", row.split(" | ")[0])} - {name}
    # Of an image only what numpy has not.
    kind = vars(getattr(nanobragg, name))
    own = {member for member in {*kind, *kind.get("__annotations__", ())} if not member.startswith("_")} - {"of"}
    assert listed == own
