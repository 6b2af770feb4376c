"""What has two bodies: one that numpy runs, and one that was compiled. Both give the same bits; a reader cannot tell
which one spoke. Compiled ones let go of the interpreter, and a large matrix is shared among processors.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from itertools import pairwise
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from signals.core.matrix import Bools, Floats
from signals.core.room import ROOM

P = ParamSpec("P")
Scalar = TypeVar("Scalar", bound=np.generic)

SESSIONS, COLUMNS = 0, 1
"""Axes of a matrix."""

SHARED_CELLS = 250_000
"""A matrix of this size is shared among processors; for a smaller one, waking another costs more than it saves."""

PROCESSORS = min(4, os.cpu_count() or 1)
"""Reading memory is most of the work, and more processors than these only queue up for it."""

BESIDE_OTHERS = ContextVar("beside_others", default=False)
"""Whether the caller is one of as many as there are processors: to wake helpers then costs and brings nothing."""

_HELPERS = ThreadPoolExecutor(PROCESSORS, thread_name_prefix="kernel")


class Twin(Protocol):
    """What can be compiled."""

    def compile(self, numba: Any) -> Callable[..., Any]:
        """The compiled twin, from the cache where there is one; raises what the compiler raises."""

    def use(self, fast: Callable[..., Any] | None) -> None:
        """Answer with this body from now on; None = with the plain one."""


class Kernel(Generic[P]):
    """A function over matrices with two bodies; the matrices that come last among its arguments are filled."""

    def __init__(
        self,
        plain_twin: Callable[P, None],
        loops: Callable[..., None],
        takes: str,
        *,
        any_order: bool = False,
        apart: int | None = None,
        inner: Sequence[Callable[..., object]] = (),
    ) -> None:
        self.plain = plain_twin
        self.loops = loops
        self.takes = takes
        """The types of its arguments as words of `_type`; what follows the arrow is filled."""
        self.any_order = any_order
        """Sums over subjects may be taken in any order: its twins are equal but for rounding."""
        self.apart = apart
        """The axis of its first matrix along which its work falls into parts that know nothing of each other: its
        loops are told first where theirs begins and ends. None = it is one piece of work."""
        self.inner = inner
        """Functions of its module that its loops call."""
        self._fast: Callable[..., None] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Fill the last matrices; inputs have the declared types and lie in memory row by row."""
        if self._fast is not None:
            self.run(self._fast, args, _parts(np.size(args[0])))  # type: ignore[arg-type] # types are words here
            return
        with np.errstate(all="ignore"):  # compiled arithmetic says nothing of infinities either
            self.plain(*args, **kwargs)

    def run(self, body: Callable[..., None], args: Sequence[Any], parts: int) -> None:
        """Have loops do their work in so many parts at a time, where it falls into parts."""
        if self.apart is None:
            body(*args)
        else:
            _share(lambda begin, end: body(begin, end, *args), args[0].shape[self.apart], parts)

    def compile(self, numba: Any) -> Callable[..., None]:
        """The compiled twin, from the cache where there is one; raises what the compiler raises."""
        options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
        for one in self.inner:
            numba.extending.register_jitable(one)
        if self.any_order:
            options["fastmath"] = {"reassoc", "nsz"}
        signature = _signature(numba, self.takes if self.apart is None else f"count count {self.takes}")
        return _cached(lambda cache: numba.njit(signature, cache=cache, **options)(self.loops))

    def use(self, fast: Callable[..., None] | None) -> None:
        """Answer with this body from now on; None = with the plain one."""
        self._fast = fast


class Formula(Generic[Scalar]):
    """Arithmetic cell by cell. Numpy does one operation after the other, each a way through memory and back; compiled,
    all of them are done on one way.

    Its body is plain numpy of matrices, and of scalars where it is compiled: operators, functions that have a scalar
    form, and `choose`.
    """

    def __init__(
        self,
        body: Callable[..., npt.NDArray[Scalar]],
        takes: str,
        gives: type[Scalar],
        *,
        inner: Sequence[Callable[..., object]] = (),
    ) -> None:
        self.body = body
        self.takes = takes
        """The types of the cells that it takes, as words of `_ELEMENTS`."""
        self.gives = gives
        self.inner = inner
        """Functions of its module that its body calls."""
        self._fast: Callable[..., Any] | None = None

    def __call__(self, *values: npt.NDArray[Any] | float) -> npt.NDArray[Scalar]:
        """A new matrix of its value in each cell; a row, a column or a number among `values` counts for all cells."""
        out = ROOM.empty(np.broadcast_shapes(*map(np.shape, values)), self.gives)
        self.fill(out, *values)
        return out

    def fill(self, out: npt.NDArray[Scalar], *values: npt.NDArray[Any] | float) -> None:
        """The same into a matrix that is there, which may be one of `values`."""

        def part(begin: int, end: int) -> None:
            mine = [_rows(one, out, begin, end) for one in values]
            with np.errstate(all="ignore"):  # an infinity or none is what it says in its cell
                if self._fast is None:
                    out[begin:end] = self.body(*mine)
                else:
                    self._fast(*mine, out=out[begin:end])

        parts = 1 if self._fast is None else _parts(out.size)
        _share(part, len(out), parts)

    def compile(self, numba: Any) -> Callable[..., Any]:
        """The compiled twin, from the cache where there is one; raises what the compiler raises."""
        numba.extending.overload(choose)(_chosen)
        for one in self.inner:
            numba.extending.register_jitable(one)
        gives = "boolean" if self.gives is np.bool_ else np.dtype(self.gives).name
        signature = f"{gives}({', '.join(_ELEMENTS[word] for word in self.takes.split())})"
        return _cached(lambda cache: numba.vectorize([signature], cache=cache)(self.body))

    def use(self, fast: Callable[..., Any] | None) -> None:
        """Answer with this body from now on; None = with numpy's."""
        self._fast = fast


def choose(where: Bools, one: Floats | float, other: Floats | float) -> Floats:
    """One value where a mask is up, the other elsewhere; the `where` of a formula."""
    return np.where(where, one, other)


def _chosen(where: Any, one: Any, other: Any) -> Callable[..., Any]:
    def chosen(where: Any, one: Any, other: Any) -> Any:  # its parameters must read like those above
        return one if where else other

    return chosen


def _rows(values: npt.NDArray[Any] | float, out: npt.NDArray[Any], begin: int, end: int) -> npt.NDArray[Any] | float:
    """The part of an argument that some rows of the result are made of."""
    if isinstance(values, np.ndarray) and values.ndim == out.ndim and len(values) == len(out):
        return values[begin:end]
    return values


def _parts(cells: int) -> int:
    return PROCESSORS if cells >= SHARED_CELLS and not BESIDE_OTHERS.get() else 1


def _share(work: Callable[[int, int], object], whole: int, parts: int) -> None:
    """Have work on a range done in so many parts at a time."""
    bounds = [whole * part // parts for part in range(parts + 1)]
    others = [(_HELPERS.submit(work, *part), part) for part in pairwise(bounds[1:])]
    work(0, bounds[1])
    for other, part in others:
        if other.cancel():  # all processors have had something else to do until now
            work(*part)
        else:
            other.result()


def _cached(compiled: Callable[[bool], Callable[..., Any]]) -> Callable[..., Any]:
    try:
        return compiled(True)
    except (RuntimeError, OSError):  # no folder that a cache can be kept in, or none to write to any more
        return compiled(False)


_ELEMENTS = {"floats": "float64", "rows": "int32", "shorts": "int16", "flags": "boolean"}
"""The types of cells, by the words for matrices of them."""


def _signature(numba: Any, takes: str) -> Any:
    """The declared types in the compiler's terms; what is only read may be read-only."""
    read, filled = takes.split(" -> ")
    arguments = [_type(numba, word, readonly=True) for word in read.split()]
    return numba.void(*arguments, *(_type(numba, word, readonly=False) for word in filled.split()))


def _type(numba: Any, word: str, *, readonly: bool) -> Any:
    scalars = {"number": numba.float64, "count": numba.int64, "flag": numba.boolean}
    if word in scalars:
        return scalars[word]
    if word == "columns":
        return numba.types.Array(numba.int64, 1, "C", readonly=readonly)
    return numba.types.Array(getattr(numba, _ELEMENTS[word]), 2, "C", readonly=readonly)
