"""Random numbers that are the same on every machine."""

import numpy as np

from signals.core.matrix import Floats


class Draws:
    """Streams of draws by name, so that a new fund or series leaves the others as they were.

    Only the generator's raw uniform draws are used, and only sums and products are taken of them: no
    function of the mathematics library has a say in the last digit.
    """

    def __init__(self, seed: int, sessions: int) -> None:
        self._seed = seed
        self._sessions = sessions

    def even(self, *names: str) -> Floats:
        """Evenly between 0 and 1; sessions × names."""
        return np.stack([self._uniform(name, 1)[0] for name in names], axis=1)

    def bell(self, *names: str) -> Floats:
        """Around 0 with variance 1 and at most √12 away; sessions × names."""
        return np.stack([self._bell(name) for name in names], axis=1)

    def _bell(self, name: str) -> Floats:
        first, second, third, fourth = self._uniform(name, 4)
        drawn: Floats = (first + second + third + fourth - 2.0) * 3**0.5
        return drawn

    def _uniform(self, name: str, rows: int) -> Floats:
        key = int.from_bytes(name.encode(), "big")
        return np.random.Generator(np.random.PCG64([self._seed, key])).random((rows, self._sessions))
