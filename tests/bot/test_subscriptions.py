"""Who wants to hear what, and when his digest is due."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.alerts import Alert, Reason
from bot.subscriptions import ALL_FUNDS, Language, Subscription, evening_digest_due, wants
from signals.core.detector import Topic
from signals.core.field import Axis
from signals.core.signal import Signal, Subject
from tests.builders import LAST_DAY, moment

FUND, INDEX, MARKET = Subject(Axis.FUND, "159590"), Subject(Axis.INDEX, "000300"), Subject(Axis.MARKET, "SSE+SZSE")


def alert(subject: Subject = FUND, *, strength: float = 0.6, rung: int = 1) -> Alert:
    signal = Signal(
        kind="x",
        subject=subject,
        day=LAST_DAY,
        since=LAST_DAY,
        reached=LAST_DAY,
        rung=rung,
        strength=strength,
        evidence={},
    )
    return Alert(signal=signal, reason=Reason.NEW)


def reader(**wishes: object) -> Subscription:
    return Subscription(id=1, channel="telegram", chat="42", **wishes)  # type: ignore[arg-type]


def wanted(
    one: Alert, topic: Topic = Topic.FLOW, funds: frozenset[str] = frozenset({"159590"}), **wishes: object
) -> bool:
    return wants(reader(**wishes), one, topic, funds)


def test_his_own_fund_is_wanted() -> None:
    assert wanted(alert())


def test_another_is_not() -> None:
    assert not wanted(alert(), funds=frozenset({"560850"}))


def test_whoever_watches_all_funds_wants_each() -> None:
    assert wanted(alert(), funds=frozenset({ALL_FUNDS}))


def test_an_index_concerns_those_who_follow_a_fund_on_it() -> None:
    tracked = alert(Subject(Axis.TRACKED, "931247"))
    assert wanted(tracked, funds=frozenset({"560850", "931247"}))
    assert wanted(tracked, funds=frozenset({ALL_FUNDS}))
    assert not wanted(tracked, funds=frozenset({"560850", "000300"}))


@pytest.mark.parametrize("subject", [INDEX, MARKET, Subject(Axis.CLASS, "broad")])
def test_the_market_concerns_everybody(subject: Subject) -> None:
    assert wanted(alert(subject), funds=frozenset())


def test_a_topic_that_he_has_not_chosen_is_not_wanted() -> None:
    assert not wanted(alert(), topics=frozenset({Topic.PREMIUM}))
    assert not wanted(alert(MARKET), topics=frozenset({Topic.PREMIUM}))


def test_a_paused_subscription_wants_nothing() -> None:
    assert not wanted(alert(), active=False)


def test_what_is_too_weak_is_not_wanted() -> None:
    assert wanted(alert(strength=0.6), least_strength=0.6)
    assert not wanted(alert(strength=0.59), least_strength=0.6)


def test_an_end_has_no_strength_and_is_wanted() -> None:
    assert wanted(alert(strength=0.0, rung=0), least_strength=0.6)


def test_his_funds_are_his_own_and_those_of_his_lists() -> None:
    one = reader(watched=frozenset({"159590"}), watchlists=frozenset({"宽基", "gone"}))
    assert one.funds({"宽基": frozenset({"510300"}), "行业": frozenset({"512480"})}) == {"159590", "510300"}


def test_a_reader_of_nothing_follows_nothing() -> None:
    assert reader().funds({"宽基": frozenset({"510300"})}) == frozenset()


def test_a_new_reader_reads_chinese_at_a_quarter_to_six() -> None:
    assert (reader().language, reader().evening_digest, reader().morning_digest) == (Language.ZH, time(17, 45), True)


def due(clock: datetime, minute: time | None = time(17, 45), zone: str = "Asia/Shanghai") -> bool:
    return evening_digest_due(reader(evening_digest=minute, zone=zone), LAST_DAY, clock)


def test_a_digest_is_due_from_its_minute_on() -> None:
    assert not due(moment(LAST_DAY, "17:44"))
    assert due(moment(LAST_DAY, "17:45"))
    assert due(moment(LAST_DAY, "20:00"))


def test_a_digest_that_is_half_a_day_late_is_not_sent_any_more() -> None:
    assert due(moment(date(2025, 2, 12), "05:45"))
    assert not due(moment(date(2025, 2, 12), "05:46"))


def test_who_wants_no_evening_digest_gets_none() -> None:
    assert not due(moment(LAST_DAY, "20:00"), None)


def test_the_minute_of_a_reader_in_london_is_his_own() -> None:
    """17:45 in London is 01:45 of the next day in Shanghai."""
    assert not due(moment(LAST_DAY, "17:45"), zone="Europe/London")
    assert due(moment(date(2025, 2, 12), "01:45"), zone="Europe/London")


def test_a_minute_before_the_close_is_that_of_the_next_day() -> None:
    assert not due(moment(LAST_DAY, "15:30"), time(8, 30))
    assert due(moment(date(2025, 2, 12), "08:30"), time(8, 30))


def test_a_reader_in_new_york_may_read_the_close_before_breakfast() -> None:
    """15:00 in Shanghai is 02:00 in New York; 07:00 there is 20:00 in Shanghai of the same day."""
    at = datetime(2025, 2, 11, 7, 0, tzinfo=ZoneInfo("America/New_York"))
    assert due(at, time(7, 0), "America/New_York")
    assert not due(at, time(7, 1), "America/New_York")
