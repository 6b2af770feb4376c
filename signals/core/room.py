"""Room for large matrices that is used again: pages that the system has to hand out cost more than filling them."""

import math
import weakref
from collections import deque
from contextlib import suppress
from itertools import count
from typing import TypeVar

import numpy as np
import numpy.typing as npt

LEAST_BYTES = 2**20
"""Smaller matrices come from the allocator, which keeps room of its own for them."""

MOST_BYTES = 2**27
"""Larger ones are rare, and keeping room for them would be dear."""

IDLE_BYTES = 2**29
"""What is kept for the next matrices at most: four of the largest."""

LASTING_BYTES = 2**28
"""And what of it may lie idle for longer: all of a poll's, for the next poll."""

PATIENCE = 2_000
"""So many matrices later what has still not served again is given back: a long history hands out some hundreds, a poll
too, and what a history took is no burden on the polls that come after it."""

_LINE_BYTES = 64
_STEP_BYTES = 2**20

Scalar = TypeVar("Scalar", bound=np.generic)


class Room:
    """Hands out matrices whose memory serves again once nobody holds them, or a view of them, any more.

    Safe for threads, and for a garbage collection in the middle of its work: all that is shared is a queue, and
    each step on it is one step of the interpreter.
    """

    def __init__(
        self,
        idle_bytes: int = IDLE_BYTES,
        least_bytes: int = LEAST_BYTES,
        most_bytes: int = MOST_BYTES,
        lasting_bytes: int = LASTING_BYTES,
        patience: int = PATIENCE,
    ) -> None:
        self._idle = deque[tuple[npt.NDArray[np.uint8], int]]()
        self._turns = count()
        self._idle_bytes, self._least_bytes, self._most_bytes = idle_bytes, least_bytes, most_bytes
        self._lasting_bytes, self._patience = lasting_bytes, patience

    @property
    def idle_bytes(self) -> int:
        """What is kept for the next matrices."""
        return sum(block.nbytes for block, _ in tuple(self._idle))

    def empty(self, shape: tuple[int, ...], dtype: type[Scalar]) -> npt.NDArray[Scalar]:
        """A matrix that nobody else holds, filled with anything."""
        cells = math.prod(shape)
        size = cells * np.dtype(dtype).itemsize
        if not self._least_bytes <= size <= self._most_bytes:
            return np.empty(shape, dtype)
        block = self._block(size)
        # Views of a matrix hold the array that stands on the buffer, and no other: its end is the end of them all.
        start = -block.ctypes.data % _LINE_BYTES
        owner = np.frombuffer(block.data, dtype, cells, start)
        weakref.finalize(owner, self._keep, block).atexit = False
        return owner.reshape(shape)

    def _keep(self, block: npt.NDArray[np.uint8]) -> None:
        """Keep a block for the next matrix; give back what nobody has needed for long, and more where it is too much."""
        now = next(self._turns)
        self._idle.append((block, now))
        with suppress(IndexError):  # another thread has given back the last one
            surplus = self.idle_bytes - self._lasting_bytes
            for _ in range(len(self._idle)):
                one, since = self._idle.popleft()
                if surplus > 0 and now - since > self._patience:
                    surplus -= one.nbytes
                else:
                    self._idle.append((one, since))
            while self.idle_bytes > self._idle_bytes:
                self._idle.popleft()

    def _block(self, size: int) -> npt.NDArray[np.uint8]:
        """The idle block that fits, or a new one; blocks that were looked at in vain stay idle."""
        whole = -(-(size + _LINE_BYTES) // _STEP_BYTES) * _STEP_BYTES
        with suppress(IndexError):  # another thread has taken the last one
            for _ in range(len(self._idle)):
                block, since = self._idle.pop()  # the latest: a processor may still have some of it at hand
                if block.nbytes == whole:
                    return block
                self._idle.appendleft((block, since))
        return np.empty(whole, np.uint8)


ROOM = Room()
