"""Whether a channel's server is there at all: while it is not, it is asked by something harmless, not by messages."""

import structlog

TRIP_AFTER = 5
"""So many messages in a row that met no answer, and the line is taken for broken."""

FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 60.0

log = structlog.get_logger(__name__)


class Breaker:
    """The state of the line to one channel; moments are seconds of a clock that only goes forwards."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._in_a_row = 0
        self._rest_seconds = 0.0
        self._rests_until = 0.0

    @property
    def open(self) -> bool:
        """Whether the line is broken, as far as is known."""
        return self._rest_seconds > 0

    def rest_seconds(self, now: float) -> float:
        """How long the server is still left alone."""
        return max(0.0, self._rests_until - now) if self.open else 0.0

    def failed(self, now: float) -> None:
        """Something met no answer."""
        self._in_a_row += 1
        # What was under way when the line broke says nothing new about it.
        if self._in_a_row < TRIP_AFTER or self.rest_seconds(now):
            return
        if not self.open:
            log.warning("channel not reached; its messages wait", channel=self._channel)
        self._rest_seconds = min(self._rest_seconds * 2 or FIRST_REST_SECONDS, LONGEST_REST_SECONDS)
        self._rests_until = now + self._rest_seconds

    def answered(self) -> None:
        """The server has answered, whatever it said."""
        if self.open:
            log.info("channel reached again", channel=self._channel)
        self._in_a_row, self._rest_seconds = 0, 0.0
