"""Compiled kernels for those who have time for a compiler: the service beside its work, long jobs before theirs."""

import asyncio
import threading
from collections.abc import Callable

import structlog

from signals.core import kernels
from signals.rules.formulas import RULE_FORMULAS
from signals.study.kernels import STUDY_KERNELS

log = structlog.get_logger(__name__)

LONG_SESSIONS = 20
"""A job over this many sessions wins more by compiled kernels than loading a compiler costs it."""


def warm_all(stopped: Callable[[], bool] = lambda: False) -> str | None:
    """Compile all that there is to compile; returns in a few words why plain twins go on serving, or None."""
    return kernels.warm(stopped, others=(*RULE_FORMULAS, *STUDY_KERNELS))


def warm_up(warm: Callable[[], str | None] = warm_all) -> None:
    """Use compiled kernels from now on; where that cannot be, one line says why and plain ones go on serving."""
    if why := warm():
        log.warning("kernels are not compiled; the plain ones serve, more slowly", why=why)


async def warm_beside(warm: Callable[[Callable[[], bool]], str | None] = warm_all) -> None:
    """`warm_up` in a thread of its own; whoever cancels it waits for one kernel at most and hears nothing of it."""
    stop = threading.Event()

    def unless_stopped() -> str | None:
        why = warm(stop.is_set)
        return None if stop.is_set() else why

    try:
        await asyncio.to_thread(warm_up, unless_stopped)
    finally:
        stop.set()
