"""What is broken: said once when it breaks and once when it is back."""

from dataclasses import dataclass

import structlog

from bot.poll import PollReport

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """A source that broke, or is back."""

    source: str
    reason: str
    """Why it broke; empty where it is back."""


class Health:
    """Remembers which sources fail, so that a failure is news only once."""

    def __init__(self) -> None:
        self._failing: dict[str, str] = {}

    @property
    def failing(self) -> dict[str, str]:
        """The reason of each source that fails now, by its name."""
        return dict(self._failing)

    def note(self, report: PollReport) -> list[Change]:
        """Log and return what has changed for the worse or the better since these sources were last asked."""
        changes = []
        for name in report.collected.asked:
            reason = report.collected.broken.get(name)
            if reason and name not in self._failing:
                log.warning("source broken", source=name, why=reason)
                changes.append(Change(name, reason))
            if not reason and name in self._failing:
                log.info("source back", source=name)
                changes.append(Change(name, ""))
            self._failing.pop(name, None)
            if reason:
                self._failing[name] = reason
        return changes
