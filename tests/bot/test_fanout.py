"""Who gets which alerts: whatever people have chosen, nobody hears of a fund or topic that is not his."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts import Alert, Reason
from bot.deliveries import Priority
from bot.fanout import Fanout
from bot.messages.model import Heading
from bot.preferences import Mute, QuietHours
from bot.store.alerts import RecordedAlert
from bot.store.new_deliveries import NewDelivery
from bot.subscriptions import ALL_FUNDS, Language, Subscription
from signals import load_detectors
from signals.core.detector import Topic
from signals.core.field import Axis, Unit
from signals.core.measure import Figure
from signals.core.panel import BOTH_EXCHANGES
from signals.core.profile import FundClass, Profile, exchange_of
from signals.core.signal import Basis, Signal, Subject
from tests.bot.readers import codes, words
from tests.builders import LAST_DAY, moment

DETECTORS = {name: made() for name, made in load_detectors().items()}
FUND_KINDS = ("inflow_streak", "first_pullback", "premium_spike", "largest_fund")
CODES = ("510300", "510500", "159915", "159919", "588000")
LISTS = {"宽基": frozenset({"510300", "159915"}), "科创": frozenset({"588000"}), "空": frozenset[str]()}
PROFILES = {
    code: Profile(code=code, name=f"基金{code}", exchange=exchange_of(code), fund_class=FundClass.EQUITY)
    for code in CODES
}
NOW = moment(LAST_DAY, "22:00")


def signal(kind: str, subject: Subject, strength: float = 0.6, rung: int = 3) -> Signal:
    names = ("streak", "flow", "total", "premium", "gain", "change", "value", "balance")
    figure = Figure(value=5e8, unit=Unit.CNY, day=LAST_DAY, source="test")
    return Signal(
        kind=kind,
        subject=subject,
        day=LAST_DAY,
        since=LAST_DAY,
        reached=LAST_DAY,
        rung=rung,
        strength=strength if rung else 0.0,
        evidence=dict.fromkeys(names, figure),
        basis=Basis.NAV if kind == "first_pullback" else None,
    )


def recorded(alerts: Sequence[Alert]) -> list[RecordedAlert]:
    numbers = count(100)
    return [RecordedAlert(id=next(numbers), alert=one, asof=NOW, batch="poll/x") for one in alerts]


def fanned(
    subscriptions: Sequence[Subscription],
    alerts: Sequence[RecordedAlert],
    reached: dict[int, frozenset[int]] | None = None,
) -> list[NewDelivery]:
    fanout = Fanout(
        batch="poll/x",
        subscriptions=subscriptions,
        watchlists=LISTS,
        reached=reached or {},
        detectors=DETECTORS,
        profiles=PROFILES,
        now=NOW,
    )
    return list(fanout(alerts))


FUND_ALERTS = st.builds(
    lambda kind, code, strength, reason: Alert(signal=signal(kind, Subject(Axis.FUND, code), strength), reason=reason),
    st.sampled_from(FUND_KINDS),
    st.sampled_from(CODES),
    st.floats(0.5, 0.99),
    st.sampled_from([Reason.NEW, Reason.STRONGER, Reason.REMINDER]),
)
MARKET_ALERTS = st.builds(
    lambda strength: Alert(
        signal=signal("margin_rise", Subject(Axis.MARKET, BOTH_EXCHANGES), strength), reason=Reason.NEW
    ),
    st.floats(0.5, 0.99),
)
SUBSCRIPTIONS = st.lists(
    st.builds(
        lambda **wishes: Subscription(id=0, channel="test", chat="x", **wishes),
        active=st.booleans(),
        language=st.sampled_from(Language),
        topics=st.frozensets(st.sampled_from(Topic)),
        watched=st.frozensets(st.sampled_from([*CODES, ALL_FUNDS]), max_size=3),
        watchlists=st.frozensets(st.sampled_from([*LISTS, "gone"]), max_size=2),
        least_strength=st.sampled_from([0.0, 0.55, 0.8]),
        mutes=st.lists(
            st.builds(
                Mute,
                st.sampled_from([*CODES, *FUND_KINDS, "margin_rise"]),
                st.sampled_from([None, NOW - timedelta(minutes=1), NOW, NOW + timedelta(minutes=1)]),
            ),
            max_size=2,
        ).map(tuple),
        quiet=st.sampled_from([None, QuietHours(time(21), time(7))]),
        daily_cap=st.sampled_from([0, 2]),
    ),
    max_size=6,
).map(lambda all_: [Subscription(**{**vars(one), "id": number}) for number, one in enumerate(all_, 1)])


@settings(max_examples=150, deadline=None)
@given(
    SUBSCRIPTIONS,
    st.lists(FUND_ALERTS | MARKET_ALERTS, max_size=12, unique_by=lambda one: (one.signal.kind, one.signal.subject)),
)
def test_nobody_hears_of_what_he_has_not_chosen_and_everybody_hears_of_what_he_has(
    people: list[Subscription], alerts: list[Alert]
) -> None:
    stored = recorded(alerts)
    made = {one.subscription_id: one for one in fanned(people, stored)}
    assert len(made) == len(fanned(people, stored))
    for person in people:
        chosen = [one for one in stored if _chose(person, one.alert)]
        if not chosen:
            assert person.id not in made
            continue
        letter = made[person.id]
        assert set(letter.alert_ids) == {one.id for one in chosen}
        funds = {one.alert.signal.subject.code for one in chosen if one.alert.signal.subject.axis is Axis.FUND}
        assert codes(letter.message) == funds
        told = words(letter.message)
        assert not [code for code in CODES if code in told and code not in funds]
        assert sum(text.startswith(("·", "  ")) for text in told.splitlines()) <= len(chosen)
        pressed = [button.command for row in letter.message.buttons for button in row]
        kinds, ids = {one.alert.signal.kind for one in chosen}, {f"#{one.id}" for one in chosen}
        assert {word for one in pressed for word in one.split()[1:]} <= {
            *funds,
            *kinds,
            *ids,
            "why",
            "mute",
            "1d",
            "7d",
        }


def _chose(person: Subscription, alert: Alert) -> bool:
    """What a subscriber has said, spelt out again."""
    one, his = alert.signal, set(person.watched)
    for name in person.watchlists:
        his |= LISTS.get(name, frozenset())
    topic = {
        "inflow_streak": Topic.FLOW,
        "first_pullback": Topic.PRICE,
        "premium_spike": Topic.PREMIUM,
        "largest_fund": Topic.SIZE,
        "margin_rise": Topic.MARGIN,
    }[one.kind]
    if any(
        mute.what in (one.kind, one.subject.code) for mute in person.mutes if mute.until is None or mute.until > NOW
    ):
        return False
    about_him = one.subject.axis is Axis.MARKET or one.subject.code in his or ALL_FUNDS in his
    return person.active and topic in person.topics and one.strength >= person.least_strength and about_him


ONE, TWO, THREE = (
    Subscription(id=number, channel="test", chat=str(number), watched=frozenset({"510300"})) for number in (1, 2, 3)
)


@pytest.mark.parametrize("reason", [Reason.CORRECTED, Reason.ENDED])
def test_what_answers_an_alert_reaches_exactly_those_who_got_that(reason: Reason) -> None:
    turned_away = Subscription(**{**vars(TWO), "watched": frozenset(), "topics": frozenset()})
    answer = Alert(signal=signal("premium_spike", Subject(Axis.FUND, "510300"), rung=0), reason=reason, follows=7)
    made = fanned([ONE, turned_away, THREE], recorded([answer]), {7: frozenset({1, 2, 99})})
    assert [one.subscription_id for one in made] == [1, 2]


def test_what_answers_an_alert_that_nobody_got_reaches_nobody() -> None:
    answer = Alert(
        signal=signal("premium_spike", Subject(Axis.FUND, "510300"), rung=0), reason=Reason.CORRECTED, follows=7
    )
    assert fanned([ONE, TWO], recorded([answer]), {}) == []


def test_news_and_a_correction_share_a_message_and_its_title_is_that_of_news() -> None:
    news = Alert(signal=signal("inflow_streak", Subject(Axis.FUND, "510300")), reason=Reason.NEW)
    answer = Alert(
        signal=signal("premium_spike", Subject(Axis.FUND, "510500"), rung=0), reason=Reason.CORRECTED, follows=7
    )
    first, second = fanned([ONE, TWO], recorded([news, answer]), {7: frozenset({2})})
    assert (len(first.alert_ids), len(second.alert_ids)) == (1, 2)
    assert first.message.blocks[0] == second.message.blocks[0]
    (alone,) = fanned([TWO], recorded([answer]), {7: frozenset({2})})
    title = alone.message.blocks[0]
    assert isinstance(title, Heading)
    assert "更正" in title.text


def test_a_delivery_belongs_to_the_batch_of_its_poll_and_is_due_at_once() -> None:
    (made,) = fanned(
        [ONE], recorded([Alert(signal=signal("inflow_streak", Subject(Axis.FUND, "510300")), reason=Reason.NEW)])
    )
    assert (made.batch, made.due_at, made.priority, made.alert_ids) == ("poll/x", NOW, Priority.ALERT, (100,))


def test_everybody_reads_his_own_language() -> None:
    people = [ONE, Subscription(**{**vars(TWO), "language": Language.EN})]
    alerts = recorded([Alert(signal=signal("inflow_streak", Subject(Axis.FUND, "510300")), reason=Reason.NEW)])
    chinese, english = (words(one.message) for one in fanned(people, alerts))
    assert "净流入" in chinese
    assert "净流入" not in english
    assert "net inflow" in english


def test_a_generated_market_is_labelled_in_every_message() -> None:
    alerts = recorded([Alert(signal=signal("inflow_streak", Subject(Axis.FUND, "510300")), reason=Reason.NEW)])
    for demo in (True, False):
        fanout = Fanout(
            batch="poll/x",
            subscriptions=[ONE, Subscription(**{**vars(TWO), "language": Language.EN})],
            watchlists=LISTS,
            reached={},
            detectors=DETECTORS,
            profiles=PROFILES,
            now=NOW,
            demo=demo,
        )
        assert {"演示数据" in words(one.message) for one in fanout(alerts)} == {demo}


def test_a_fund_without_a_profile_is_told_by_its_code() -> None:
    alerts = recorded([Alert(signal=signal("inflow_streak", Subject(Axis.FUND, "512000")), reason=Reason.NEW)])
    (made,) = fanned([Subscription(**{**vars(ONE), "watched": frozenset({ALL_FUNDS})})], alerts)
    assert "512000" in words(made.message)


def test_an_alert_on_an_index_goes_to_whoever_follows_a_fund_on_it() -> None:
    profiles = {code: replace(one, index_key="000300" if code == "510300" else "") for code, one in PROFILES.items()}
    readers = [
        Subscription(id=number, channel="console", chat=str(number), watched=frozenset({code}))
        for number, code in enumerate(("510300", "510500", "599999"))
    ]
    fanout = Fanout(
        batch="poll/x",
        subscriptions=readers,
        watchlists=LISTS,
        reached={},
        detectors=DETECTORS,
        profiles=profiles,
        now=NOW,
    )
    told = Alert(signal=signal("index_inflow", Subject(Axis.TRACKED, "000300")), reason=Reason.NEW)
    assert [one.subscription_id for one in fanout(recorded([told]))] == [0]


@pytest.mark.parametrize("what", ["premium_spike", "510300"])
def test_a_correction_of_what_was_told_reaches_whoever_has_muted_it_since(what: str) -> None:
    answer = Alert(
        signal=signal("premium_spike", Subject(Axis.FUND, "510300"), rung=0), reason=Reason.CORRECTED, follows=7
    )
    silent = replace(ONE, mutes=(Mute(what),))
    assert [one.subscription_id for one in fanned([silent], recorded([answer]), {7: frozenset({1})})] == [1]
    news = Alert(signal=signal("premium_spike", Subject(Axis.FUND, "510300")), reason=Reason.STRONGER)
    assert fanned([silent], recorded([news])) == []


def test_whoever_mutes_an_index_still_hears_of_the_funds_on_it() -> None:
    silent = replace(ONE, mutes=(Mute("000300"),))
    profiles = {code: replace(one, index_key="000300") for code, one in PROFILES.items()}
    fanout = Fanout(
        batch="poll/x",
        subscriptions=[silent],
        watchlists=LISTS,
        reached={},
        detectors=DETECTORS,
        profiles=profiles,
        now=NOW,
    )
    of_index = Alert(signal=signal("index_inflow", Subject(Axis.TRACKED, "000300")), reason=Reason.NEW)
    of_fund = Alert(signal=signal("inflow_streak", Subject(Axis.FUND, "510300")), reason=Reason.NEW)
    assert [one.alert_ids for one in fanout(recorded([of_index, of_fund]))] == [(101,)]
