"""The code of docs/PYTHON.md runs as it stands there."""

import importlib.util
import re
import subprocess
import sys

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
