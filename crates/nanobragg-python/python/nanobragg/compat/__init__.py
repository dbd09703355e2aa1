"""simtbx's class `nanoBragg`, with its names and units, on top of this package.

Scripts change their import:

>>> from nanobragg.compat import nanoBragg, shapetype
>>> SIM = nanoBragg(detpixels_slowfast=(64, 64), Ncells_abc=(5, 5, 5), pixel_size_mm=1, oversample=1)
>>> SIM.xtal_shape = shapetype.Gauss
>>> SIM.default_F = 100
>>> SIM.add_nanoBragg_spots()
>>> SIM.raw_pixels.shape
(64, 64)

Flex arrays, tuples and NumPy arrays are accepted. Images are those of the preset `exact`
unless `quirks` names another. Methods that are not implemented yet raise NotImplementedError; a name that simtbx
does not have is an AttributeError.
"""

from ._enums import convention, pivot, shapetype
from ._nanobragg import nanoBragg

__all__ = ["convention", "nanoBragg", "pivot", "shapetype"]
