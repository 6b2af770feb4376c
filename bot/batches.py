"""What a message is, by the name of the batch that it was left with."""

from enum import StrEnum


class Sort(StrEnum):
    """What kind of message a reader is sent."""

    ALERT = "alert"
    DIGEST = "digest"
    BROADCAST = "broadcast"
    NOTICE = "notice"
    """For administrators: a source that breaks, a calendar that ends."""
    OTHER = "other"


PREFIXES = {
    "poll/": Sort.ALERT,
    "digest/": Sort.DIGEST,
    "broadcast/": Sort.BROADCAST,
    "health/": Sort.NOTICE,
    "calendar/": Sort.NOTICE,
}
"""How the names of batches begin."""


def sort_of(batch: str) -> Sort:
    """What the messages of a batch are."""
    return next((sort for prefix, sort in PREFIXES.items() if batch.startswith(prefix)), Sort.OTHER)
