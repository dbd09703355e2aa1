"""Comparisons that print what they compared and remember what failed."""

import sys

import numpy as np

TOLERANCE_MM = 1e-6

failures = []
count = 0


def check(what, holds, detail=""):
    """Notes one comparison."""
    global count
    count += 1
    if not holds:
        failures.append(what)
        print(f"DIFFERS {what} {detail}")


def same(what, found, expected):
    """Numbers, strings and arrays that have to be the same."""
    found, expected = np.asarray(found), np.asarray(expected)
    equal = found.shape == expected.shape and bool((found == expected).all())
    detail = "" if equal else f"{found.ravel()[:8]} and {expected.ravel()[:8]}"
    check(what, equal, detail)


def near(what, found, expected, tolerance):
    """Numbers that have to agree."""
    off = np.abs(np.asarray(found, float) - np.asarray(expected, float)).max()
    check(what, off <= tolerance, f"off by {off}")


def place(what, found_mm, expected_mm):
    """A place on the detector."""
    near(what, found_mm, expected_mm, TOLERANCE_MM)


def proves_itself():
    """A comparison that cannot fail shows nothing: each kind is seen to fail once."""
    global count
    kept, counted = list(failures), count
    stdout, sys.stdout = sys.stdout, open("/dev/null", "w", encoding="ascii")
    image = np.arange(12, dtype=np.int32).reshape(3, 4)
    changed = image.copy()
    changed[1, 2] += 1
    same("a changed pixel", image, changed)
    same("a transposed image", image, image.T)
    place("a shift by 2e-6 mm", [1, 2, 3], [1, 2, 3 + 2e-6])
    sys.stdout.close()
    sys.stdout = stdout
    assert len(failures) == len(kept) + 3, "a comparison did not fail"
    failures[:] = kept
    count = counted


def end(name):
    """Says how it went, and ends the script with the status that fits."""
    print(f"{name}: {count} comparisons, {len(failures)} failed")
    sys.exit(1 if failures else 0)
