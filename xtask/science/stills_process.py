"""dials.stills_process where DIALS comes without cctbx's xfel module, which Debian's does.

DIALS asks that module for the crystal's mosaicity and domain size, by which it drops outliers and judges candidates;
orientations do not depend on it otherwise. What is missing is put in its place: the values of DIALS' own
least-squares fit, and the area under its curve. Arguments are those of dials.stills_process.
"""

import sys
import types

import numpy as np

try:
    import xfel.mono_simulation.max_like  # noqa: F401
except ImportError:

    class Minimizer:
        """2 / (domain size in Å) and the full mosaicity in radians, as they come."""

        def __init__(self, d_i, psi_i, eta_rad, Deff):
            self.x = (2.0 / Deff, eta_rad)

    def curve_area(two_thetas, widths):
        order = np.argsort(np.array(two_thetas))
        return float(2.0 * np.trapz(np.array(widths)[order], np.array(two_thetas)[order]))

    for name, members in (("max_like", {"minimizer": Minimizer}), ("util", {"green_curve_area": curve_area})):
        module = types.ModuleType(f"xfel.mono_simulation.{name}")
        vars(module).update(members)
        sys.modules[module.__name__] = module

from dials.command_line import stills_process  # noqa: E402

if __name__ == "__main__":
    stills_process.run()
