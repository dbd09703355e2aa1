"""Checks what is installed from: distributions.py SDIST FOLDER [WHEEL]. Unpacks the source distribution into FOLDER."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

MOST_BYTES = 15 * 2**20

sdist, folder, *wheels = (Path(word) for word in sys.argv[1:])
with tarfile.open(sdist) as archive:
    names = [name.partition("/")[2] for name in archive.getnames()]
    root = archive.getnames()[0].partition("/")[0]
    archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
for name in ("Cargo.lock", "Cargo.toml", "LICENSE-MIT", "LICENSE-APACHE", "PKG-INFO", "pyproject.toml", "crates/nanobragg-python/Cargo.toml"):
    assert name in names, f"{sdist}: no {name}"
# Every package that Cargo.lock names is there or fetched, and the lock file fits the manifests.
locked = ["cargo", "metadata", "--locked", "--offline", "--format-version", "1"]
subprocess.run(locked, cwd=folder / root, check=True, stdout=subprocess.DEVNULL)
# conda's recipe speaks of this version and of files that are there.
source = folder / root
version = re.search(r"^Version: (.+)$", (source / "PKG-INFO").read_text(), re.MULTILINE)[1]
recipe = (source / "packaging/conda/recipe.yaml").read_text()
assert f'version: "{version}"' in recipe, f"packaging/conda/recipe.yaml is not of version {version}"
script = (source / "packaging/conda" / re.search(r"file: (\S+)", recipe)[1]).read_text()
assert (source / re.search(r"--path (\S+)", script)[1] / "Cargo.toml").exists(), "packaging/conda: no crate to install"
for name in re.findall(r"^    - (LICENSE\S*)$", recipe, re.MULTILINE):
    assert name in names, f"packaging/conda/recipe.yaml: no {name}"
print(f"{sdist.name}: {sdist.stat().st_size / 2**20:.1f} MiB, with Cargo.lock, which fits, and licenses")

for wheel in wheels:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    assert "-cp310-abi3-" in wheel.name, f"{wheel}: not for every Python from 3.10 on"
    assert wheel.stat().st_size < MOST_BYTES, f"{wheel}: {wheel.stat().st_size} bytes"
    for name in ("LICENSE-MIT", "LICENSE-APACHE"):
        assert any(found.endswith(f".dist-info/licenses/{name}") for found in names), f"{wheel}: no {name}"
    for name in ("nanobragg/py.typed", "nanobragg/_native.pyi", "nanobragg/_native.abi3.so"):
        assert name in names, f"{wheel}: no {name}"
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert [line.split()[1].partition(">")[0] for line in required] == ["numpy"], f"{wheel}: {required}"
    print(f"{wheel.name}: {wheel.stat().st_size / 2**20:.1f} MiB, with licenses")
