"""Logs for the operator: structured, one line each, and never a secret."""

import logging
import sys
from collections.abc import Collection
from typing import Literal

import stamina.instrumentation
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "***"

_TALKATIVE = ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn", "aiosqlite", "alembic", "asyncio")
"""Libraries that tell at INFO what nobody asked; two of them print whole addresses, tokens included."""


def configure(level: str, form: Literal["console", "json"], secrets: Collection[str]) -> None:
    """Send every log line, ours and the libraries', to stderr in one form, with `secrets` blotted out."""
    number = logging.getLevelNamesMapping()[level.upper()]
    # A second try is no news; whoever asked tells what came of it in the end.
    stamina.instrumentation.set_on_retry_hooks(())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Blot(secrets),
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
        structlog.stdlib.ProcessorFormatter(processors=[*shared[1:-1], without_machinery, shared[-1], last])
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


class Blot:
    """Replaces secrets wherever they stand in a log line: words, values, tracebacks."""

    def __init__(self, secrets: Collection[str]) -> None:
        # Short values would blot out ordinary words; nothing that short is a secret worth the name.
        self._secrets = [one for one in secrets if len(one) >= 6]

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """The event without secrets."""
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: object) -> object:
        if not isinstance(value, str):
            text = repr(value)
            return self._hide(text) if any(one in text for one in self._secrets) else value
        return self._hide(value)

    def _hide(self, text: str) -> str:
        for one in self._secrets:
            text = text.replace(one, HIDDEN)
        return text
