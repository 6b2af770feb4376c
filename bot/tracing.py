"""What a log line belongs to: the run of a job, a delivery, an update, a question. Bound where it begins, on every line within.

From a line about a sent message its ``batch`` leads to the lines of the run that left it, and the ``run`` of those to
everything that was done meanwhile: each reading of a source among it.
"""

from contextlib import AbstractContextManager
from secrets import token_hex

from structlog.contextvars import bound_contextvars

from bot.deliveries import Delivery

_ID_BYTES = 4


def of_run(batch: str) -> AbstractContextManager[None]:
    """One attempt to leave a batch; every further attempt is a run of its own."""
    return bound_contextvars(run=token_hex(_ID_BYTES), batch=batch)


def of_delivery(delivery: Delivery) -> AbstractContextManager[None]:
    """The sending of a message."""
    return bound_contextvars(delivery=delivery.id, batch=delivery.batch)


def of_update(update_id: int) -> AbstractContextManager[None]:
    """What is done because of something that Telegram brought."""
    return bound_contextvars(update=update_id)


def of_question() -> AbstractContextManager[None]:
    """What is done because somebody said something."""
    return bound_contextvars(question=token_hex(_ID_BYTES))
