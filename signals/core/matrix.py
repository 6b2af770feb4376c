"""The array types of the kernels: sessions down, subjects (funds, indices, markets) across."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.signedinteger[Any]]
"""Counts, rungs and row numbers of any width."""
Rows: TypeAlias = npt.NDArray[np.int32]
"""Counts and row numbers as kernels return them: half the memory to write and to read again."""
Shorts: TypeAlias = npt.NDArray[np.int16]
"""Counts of sessions, which never come to the 32,767 that fit in: a quarter of the memory."""
Bytes: TypeAlias = npt.NDArray[np.int8]
"""Several flags of a cell in the bits of one number."""
Columns: TypeAlias = npt.NDArray[np.int64]
"""One-dimensional positions."""
Bools: TypeAlias = npt.NDArray[np.bool_]


def laid(values: Floats) -> Floats:
    """The matrix row by row in memory, as kernels read it; itself where it is so."""
    return np.ascontiguousarray(values, dtype=np.float64)


def laid_rows(numbers: Ints) -> Rows:
    """The same of counts and row numbers."""
    return np.ascontiguousarray(numbers, dtype=np.int32)
