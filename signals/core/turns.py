"""Detectors beside one another, as many at a time as there are processors."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock
from typing import TypeVar

from signals.core import twins
from signals.core.detector import Detector

Made = TypeVar("Made")


def _either_end(waiting: Sequence[Detector], _: Sequence[Detector]) -> int:
    """Neighbours need the same and would wait for one another: they are taken from either end in turn."""
    return -1 if len(waiting) % 2 else 0


def at_once(
    work: Callable[[Detector], Made],
    detectors: Iterable[Detector],
    next_of: Callable[[Sequence[Detector], Sequence[Detector]], int] = _either_end,
) -> list[Made]:
    """What some work makes of each detector, in their order; raises what the first of them raises that fails.

    As many at a time as there are processors: arithmetic on large matrices lets go of the interpreter, and what
    two of them need of a panel is computed once. `next_of` says which of those that wait comes next, beside those at
    work.
    """
    asked = list(detectors)
    made, waiting, busy, lock = [Future[Made]() for _ in asked], [*range(len(asked))], list[int](), Lock()

    def work_on() -> None:
        twins.BESIDE_OTHERS.set(True)
        while True:
            with lock:
                if not waiting:
                    return
                at = waiting.pop(next_of([asked[one] for one in waiting], [asked[one] for one in busy]))
                busy.append(at)
            try:
                made[at].set_result(work(asked[at]))
            except Exception as error:  # noqa: BLE001 - whoever asked is told, as if he had done the work himself
                made[at].set_exception(error)
            finally:
                with lock:
                    busy.remove(at)

    with ThreadPoolExecutor(twins.PROCESSORS, thread_name_prefix="detectors") as threads:
        for each in [threads.submit(copy_context().run, work_on) for _ in range(twins.PROCESSORS)]:
            each.result()
    return [one.result() for one in made]
