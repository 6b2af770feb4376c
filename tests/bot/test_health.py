"""A failure is news once, and so is its end."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from bot.asking import Collected
from bot.health import Health
from bot.intake import RefusedTable, Taken
from bot.poll import PollReport, Slot
from bot.sources.datum import Round
from bot.sources.upstreams import Outcome
from bot.store.fetches import Fetch
from signals.core.snapshot import Dataset
from tests.builders import LAST_DAY, moment, snapshot

SLOT = Slot(round=Round.CLOSE, due=moment(LAST_DAY, "16:20"), day=LAST_DAY)
CLOSES = snapshot(Dataset.DAILY, LAST_DAY, {"510300": {"close": 1.0}}, source="quotes")


@dataclass
class Watch:
    """Health, and what it has said."""

    health: Health = field(default_factory=Health)
    said: list[tuple[str, str]] = field(default_factory=list)

    def note(
        self, *asked: str, day: date = LAST_DAY, refused: bool = False, waiting: tuple[str, ...] = (), **failures: str
    ) -> None:
        taken = Taken(
            refused=[RefusedTable(snapshot=CLOSES, gate="rows", detail="it is empty", first_time=True)]
            if refused
            else []
        )
        report = PollReport(
            slot=Slot(round=SLOT.round, due=SLOT.due, day=day),
            collected=Collected(asked=list(asked), failures=failures, waiting=list(waiting), taken=taken),
        )
        with capture_logs() as said:
            self.health.note(report)
        self.said += [(one["event"], one["source"]) for one in said]


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_source_that_works_is_no_news(watch: Watch) -> None:
    watch.note("quotes")
    watch.note("quotes")
    assert (watch.said, watch.health.failing) == ([], {})


def test_a_source_that_breaks_is_said_to_once_and_once_when_it_is_back(watch: Watch) -> None:
    for _ in range(3):
        watch.note("quotes", "shares", quotes="reset by peer")
    assert (watch.said, watch.health.failing) == ([("source broken", "quotes")], {"quotes": "reset by peer"})
    for _ in range(3):
        watch.note("quotes", "shares")
    assert watch.said == [("source broken", "quotes"), ("source back", "quotes")]
    assert watch.health.failing == {}


def test_a_refused_table_is_a_failure_of_its_source(watch: Watch) -> None:
    watch.note("quotes", refused=True)
    watch.note("quotes", refused=True)
    assert watch.said == [("source broken", "quotes")]
    assert watch.health.failing == {"quotes": "rows: it is empty"}


def test_the_newest_reason_is_shown(watch: Watch) -> None:
    watch.note("quotes", quotes="reset by peer")
    watch.note("quotes", refused=True)
    assert watch.health.failing == {"quotes": "rows: it is empty"}
    assert len(watch.said) == 1


def test_a_table_that_is_not_out_yet_is_no_failure(watch: Watch) -> None:
    watch.note("quotes", waiting=("quotes",))
    assert watch.said == []


def test_a_source_that_was_not_asked_is_neither_broken_nor_back(watch: Watch) -> None:
    watch.note("quotes", quotes="reset by peer")
    watch.note("shares")
    assert (len(watch.said), list(watch.health.failing)) == (1, ["quotes"])


def test_what_fails_now_cannot_be_changed_from_outside(watch: Watch) -> None:
    watch.note("quotes", quotes="reset by peer")
    watch.health.failing.clear()
    assert list(watch.health.failing) == ["quotes"]


def test_a_new_process_knows_what_has_failed_again_and_again(watch: Watch) -> None:
    watch.health.recall([_fetch("quotes", 0, Outcome.TABLE), *(_fetch("quotes", at, Outcome.REFUSED) for at in (1, 2))])
    watch.note("quotes", quotes="reset by peer")
    assert (watch.said, watch.health.failing) == ([], {"quotes": "reset by peer"})
    watch.note("quotes")
    assert watch.said == [("source back", "quotes")]


@pytest.mark.parametrize(
    "outcomes",
    [
        [Outcome.UNAVAILABLE],
        [Outcome.UNAVAILABLE, Outcome.TABLE],
        [Outcome.UNAVAILABLE, Outcome.NOT_PUBLISHED],
        [Outcome.TABLE, Outcome.UNAVAILABLE],
    ],
)
def test_it_tells_of_what_its_forerunner_may_not_have_told_or_what_was_well_again(
    watch: Watch, outcomes: list[Outcome]
) -> None:
    watch.health.recall([_fetch("quotes", at, outcome) for at, outcome in enumerate(outcomes)])
    watch.note("quotes", quotes="reset by peer")
    assert watch.said == [("source broken", "quotes")]


def test_two_readings_of_one_poll_are_one_failure(watch: Watch) -> None:
    watch.health.recall([_fetch("quotes", 0, Outcome.UNAVAILABLE), _fetch("quotes", 0, Outcome.DEFECT)])
    watch.note("quotes", quotes="reset by peer")
    assert watch.said == [("source broken", "quotes")]


def _fetch(source: str, minute: int, outcome: Outcome) -> Fetch:
    """A reading of an earlier process."""
    return Fetch(
        at=SLOT.due + timedelta(minutes=minute),
        datum="closes",
        source=source,
        host="quotes.example",
        day=LAST_DAY,
        outcome=outcome,
        requests=1,
        seconds=0.1,
        rows=0,
        detail="down",
    )
