"""Who hears of an alert: the index finds exactly those whom asking each of them would find."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts import Alert, Reason
from bot.audience import SubscriptionIndex, Wishes, list_key, topic_bits
from bot.preferences import Mute
from bot.subscriptions import ALL_FUNDS, Subscription, wants
from signals.core.detector import Topic
from signals.core.field import Axis
from signals.core.signal import Signal, Subject
from tests.builders import LAST_DAY, moment

NOW = moment(LAST_DAY)
CODES = ("510300", "510500", "159915")
LISTS: Mapping[str, frozenset[str]] = {
    "宽基": frozenset({"510300", "159915"}),
    "沪市": frozenset({"510300", "510500"}),
    "510300": frozenset({"159915"}),
    "空": frozenset(),
}
SUBJECTS = (
    *(Subject(Axis.FUND, code) for code in (*CODES, "588000")),
    Subject(Axis.MARKET, "SSE+SZSE"),
    Subject(Axis.INDEX, "000300"),
)


def alert(subject: Subject, strength: float, rung: int) -> Alert:
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


ALERTS = st.tuples(
    st.builds(alert, st.sampled_from(SUBJECTS), st.sampled_from([0.0, 0.5, 0.55, 0.8, 1.0]), st.integers(0, 2)),
    st.sampled_from(Topic),
)
PEOPLE = st.lists(
    st.builds(
        Subscription,
        id=st.integers(1, 99),
        channel=st.just("test"),
        chat=st.just("x"),
        active=st.booleans(),
        topics=st.frozensets(st.sampled_from(Topic)),
        watched=st.frozensets(st.sampled_from([*CODES, ALL_FUNDS]), max_size=3),
        watchlists=st.frozensets(st.sampled_from([*LISTS, "gone"]), max_size=3),
        least_strength=st.sampled_from([0.0, 0.5, 0.55, 0.8]),
        mutes=st.lists(
            st.builds(
                Mute,
                st.sampled_from([*CODES, "000300", "x", "y"]),
                st.sampled_from([None, NOW, NOW + timedelta(seconds=1)]),
            ),
            max_size=2,
        ).map(tuple),
    ),
    max_size=12,
)


@settings(max_examples=400, deadline=None)
@given(PEOPLE, st.lists(ALERTS, max_size=8))
def test_it_finds_those_who_say_yes_when_asked(people: list[Subscription], alerts: list[tuple[Alert, Topic]]) -> None:
    index = SubscriptionIndex(Wishes.of(people, NOW), LISTS)
    for one, topic in alerts:
        asked = [at for at, person in enumerate(people) if wants(person, one, topic, person.funds(LISTS), NOW)]
        assert sorted(index.hearers(one, topic).tolist()) == asked


def test_nobody_hears_when_there_is_nobody() -> None:
    index = SubscriptionIndex(Wishes.of([]), {})
    for subject in SUBJECTS:
        assert index.hearers(alert(subject, 1.0, 1), Topic.FLOW).tolist() == []


def test_a_list_is_not_taken_for_a_fund_of_its_name() -> None:
    person = Subscription(id=1, channel="test", chat="x", watchlists=frozenset({"510300"}))
    index = SubscriptionIndex(Wishes.of([person]), LISTS)
    assert index.hearers(alert(Subject(Axis.FUND, "510300"), 1.0, 1), Topic.FLOW).tolist() == []
    assert index.hearers(alert(Subject(Axis.FUND, "159915"), 1.0, 1), Topic.FLOW).tolist() == [0]


@pytest.mark.parametrize("count", [3, 300])
def test_columns_make_the_same_index_as_subscriptions(count: int) -> None:
    people = [
        Subscription(
            id=at,
            channel="test",
            chat="x",
            topics=frozenset({Topic.FLOW} if at % 2 else {Topic.PRICE, Topic.FLOW}),
            watched=frozenset({CODES[at % 3]}),
            watchlists=frozenset({"宽基"} if at % 5 == 0 else ()),
            least_strength=at % 4 / 4,
        )
        for at in range(count)
    ]
    numbers = np.arange(count)
    listed = numbers[numbers % 5 == 0]
    wishes = Wishes(
        topics=np.where(numbers % 2, topic_bits([Topic.FLOW]), topic_bits([Topic.PRICE, Topic.FLOW])).astype(np.uint8),
        least_strength=numbers % 4 / 4,
        watchers=np.concatenate([numbers, listed]),
        keys=np.concatenate([numbers % 3, np.full(len(listed), 3)]),
        names=(*CODES, list_key("宽基")),
    )
    for subject in SUBJECTS:
        for topic in (Topic.FLOW, Topic.PRICE, Topic.SIZE):
            one = alert(subject, 0.5, 1)
            made = SubscriptionIndex(Wishes.of(people), LISTS).hearers(one, topic)
            assert sorted(made) == sorted(SubscriptionIndex(wishes, LISTS).hearers(one, topic))
