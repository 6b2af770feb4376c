"""The kernels of studies as they are called; whoever warms up those of quantities warms these up beside them."""

from typing import Any

from signals.core.twins import Kernel
from signals.study import compiled, plain

PATHS = Kernel(plain.paths, compiled.paths, "floats flags number -> floats rows")
TOLD = Kernel(plain.told, compiled.told, "flags rows rows rows -> flags")
CROSSINGS = Kernel(plain.crossings, compiled.crossings, "floats floats -> rows columns")
TALLY = Kernel(
    plain.tally,
    compiled.tally,
    "floats rows flags flag columns columns columns columns -> floats floats floats",
    any_order=True,
)

STUDY_KERNELS: tuple[Kernel[Any], ...] = (PATHS, TOLD, CROSSINGS, TALLY)
