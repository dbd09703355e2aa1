"""The notebooks of docs/notebooks run as they stand there."""

import importlib.util
import json
import re
import sys

import pytest
from conftest import FIXTURES

BOOKS = sorted((FIXTURES.parent / "docs" / "notebooks").glob("*.ipynb"))
NAMES = [book.stem for book in BOOKS]


def test_there_are_notebooks_and_the_page_links_them():
    page = (FIXTURES.parent / "docs" / "PYTHON.md").read_text(encoding="utf-8")
    assert len(BOOKS) >= 4
    for book in BOOKS:
        assert f"](notebooks/{book.name})" in page


@pytest.mark.parametrize("book", BOOKS, ids=NAMES)
def test_notebooks_are_kept_without_outputs(book):
    for cell in json.loads(book.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("book", BOOKS, ids=NAMES)
def test_notebooks_run(book, tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(book, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    for needed in set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE)) | ({"matplotlib"} if ".plot(" in code else set()):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is not there")
    # A kernel of this interpreter, whichever others are installed.
    kernel = tmp_path / "kernels" / "tested" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    arguments = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": arguments, "display_name": "tested", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    resources = {"metadata": {"path": str(book.parent)}}
    nbclient.NotebookClient(notebook, kernel_name="tested", timeout=300, resources=resources).execute()
    printed = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert printed and not any("PlanWarning" in output.get("text", "") for output in printed)
