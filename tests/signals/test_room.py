"""Matrices whose memory serves again: never while somebody still holds a piece of it."""

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from signals.core.room import Room

SHAPE = (512, 300)
SIZE = 2**21
"""Of a block that such a matrix of numbers takes: whole MiB, and a line to stand on."""


def room(**sizes: int) -> Room:
    return Room(**{"idle_bytes": 5 * 2**20, "least_bytes": 2**20, "most_bytes": 2**24, **sizes})


def test_a_matrix_is_one_like_any_other() -> None:
    made = room().empty(SHAPE, np.int16)
    assert made.shape == (512, 300)
    assert made.dtype == np.int16
    assert made.flags.c_contiguous
    assert made.flags.writeable


def test_the_memory_of_what_nobody_holds_serves_again() -> None:
    rooms = room()
    first = rooms.empty(SHAPE, np.float64)
    place = first.ctypes.data
    assert place % 64 == 0
    assert rooms.idle_bytes == 0
    del first
    assert rooms.idle_bytes == SIZE
    assert rooms.empty(SHAPE, np.float64).ctypes.data == place


@pytest.mark.parametrize(
    "piece", [lambda one: one[3:, 5], lambda one: one.T[::2], memoryview, np.asarray, np.atleast_3d]
)
def test_whoever_holds_a_piece_holds_it_all(piece: object) -> None:
    rooms = room()
    first = rooms.empty(SHAPE, np.float64)
    first[:] = 7.0
    held = piece(first)  # type: ignore[operator]
    del first
    gc.collect()
    assert rooms.idle_bytes == 0
    rooms.empty(SHAPE, np.float64)[:] = 8.0
    assert (np.asarray(held) == 7.0).all()
    del held
    assert rooms.idle_bytes == 2 * SIZE


def test_only_so_much_is_kept() -> None:
    rooms = room()
    many = [rooms.empty(SHAPE, np.float64) for _ in range(5)]
    assert len({one.ctypes.data for one in many}) == 5
    del many
    assert rooms.idle_bytes == 2 * SIZE


def test_what_has_not_served_for_many_matrices_is_given_back_but_for_some() -> None:
    rooms = room(idle_bytes=2**24, lasting_bytes=4 * 2**20, patience=3)
    many = [rooms.empty(SHAPE, np.float64) for _ in range(3)]
    del many
    assert rooms.idle_bytes == 3 * SIZE
    rooms.empty((1024, 300), np.float64)
    assert rooms.idle_bytes == 3 * SIZE + 3 * 2**20
    # The same block serves again and again, the others do not.
    rooms.empty((1024, 300), np.float64)
    assert rooms.idle_bytes == 2 * SIZE + 3 * 2**20
    rooms.empty((1024, 300), np.float64)
    assert rooms.idle_bytes == SIZE + 3 * 2**20
    for _ in range(9):
        rooms.empty((1024, 300), np.float64)
    assert rooms.idle_bytes == 3 * 2**20


@pytest.mark.parametrize("shape", [(0, 4), (10, 10), (2048, 2048)])
def test_small_and_very_large_ones_come_from_the_allocator(shape: tuple[int, int]) -> None:
    rooms = room()
    made = rooms.empty(shape, np.float64)
    assert made.shape == shape
    del made
    assert rooms.idle_bytes == 0


def test_another_size_takes_another_block() -> None:
    rooms = room()
    del (first := [rooms.empty(SHAPE, np.float64)])[:]
    assert not first
    other = rooms.empty((1024, 300), np.float64)
    assert rooms.idle_bytes == SIZE
    del other
    assert rooms.idle_bytes == SIZE + 3 * 2**20


def test_threads_never_share_a_matrix() -> None:
    rooms = room(idle_bytes=6 * 2**20)

    def work(mark: int) -> bool:
        ours = True
        for _ in range(30):
            made = rooms.empty(SHAPE, np.float64)
            made[:] = mark
            made[::2] += 0.5
            ours &= bool((made[::2] == mark + 0.5).all() and (made[1::2] == mark).all())
        return ours

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, range(8)))
