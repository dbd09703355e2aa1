"""Experiment files: what -show toml writes is TOML to Python and fits the schema, for every recorded case."""

import json
import os
import pathlib
import subprocess
import sys
import tomllib

import jsonschema

PROGRAM = os.environ["NANOBRAGG"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    schema = json.loads((ROOT / "docs/schema/experiment.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    count = 0
    for folder in sorted((ROOT / "fixtures/cases").iterdir()):
        flags = (folder / "args.txt").read_text().split()
        line = [PROGRAM, *flags, "-nodump", "-show", "toml", "-q"]
        text = subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True).stdout
        document = tomllib.loads(text)
        problems = [problem.message for problem in validator.iter_errors(document)]
        if problems or not document:
            sys.exit(f"{folder.name}: {problems}")
        count += 1
    example = (ROOT / "docs/EXPERIMENT.md").read_text().split("```toml\n")[1].split("```")[0]
    validator.validate(tomllib.loads(example))
    for wrong in ["[detector]\ndistnce_mm = 1", "[detector]\ndistance_mm = -1", "[crystal]\nN = 1.5", "x = 1"]:
        if validator.is_valid(tomllib.loads(wrong)):
            sys.exit(f"the schema accepts {wrong!r}")
    print(f"{count} cases")


main()
