"""Logs for the operator: structured, one line each, and never a secret."""

import logging
import sys
import threading
from collections.abc import Collection
from typing import Any, Literal

import stamina.instrumentation
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.blotting import KNOWN, hide

_TALKATIVE = ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn", "aiosqlite", "alembic", "asyncio")
"""Libraries that tell at INFO what nobody asked; two of them print whole addresses, tokens included."""


def configure(level: str, form: Literal["console", "json"], secrets: Collection[str]) -> None:
    """Send every log line, ours and the libraries', to stderr in one form, with `secrets` blotted out.

    What nobody caught goes the same way: Python would print it as it is.
    """
    KNOWN.learn(secrets)
    number = logging.getLevelNamesMapping()[level.upper()]
    # A second try is no news; whoever asked tells what came of it in the end.
    stamina.instrumentation.set_on_retry_hooks(())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _blotted,
    ]
    last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "console":
        last = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    without_machinery = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[*shared[:-1], without_machinery, shared[-1], last])
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    _let_nothing_out()


def _blotted(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The event without secrets, wherever they stand in it: words, values, tracebacks."""
    return {hide(key): _clean(value) for key, value in event.items()}


def _clean(value: object) -> object:
    if isinstance(value, str):
        return hide(value)
    text = repr(value)
    hidden = hide(text)
    return value if hidden == text else hidden


def _let_nothing_out() -> None:
    """Log what ends a thread, the process or an object unheard; a Ctrl+C stays what it is."""
    lost = logging.getLogger("etfbot.lost")

    def in_main(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, None)
        else:
            lost.critical("uncaught", exc_info=(kind, error, trace))

    def in_thread(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            lost.error("uncaught in a thread", exc_info=(told.exc_type, told.exc_value, told.exc_traceback))

    def unraisable(told: Any) -> None:
        if told.exc_value is not None:
            lost.error("could not be raised", exc_info=(told.exc_type, told.exc_value, told.exc_traceback))

    sys.excepthook, threading.excepthook, sys.unraisablehook = in_main, in_thread, unraisable
