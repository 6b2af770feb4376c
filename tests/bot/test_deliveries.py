"""What one refusal means for the next attempt."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.deliveries import (
    ATTEMPTS_MAX,
    FIRST_WAIT,
    HOLDING_ATTEMPTS,
    LONGEST_WAIT,
    NOBODY_KNOWS,
    Address,
    Delivery,
    Failure,
    Priority,
    SendFailedError,
    State,
    after_failure,
)
from bot.messages.model import plain
from tests.builders import LAST_DAY, moment

NOW = moment(LAST_DAY, "17:45")
TIMEOUT = SendFailedError("timeout")


def delivery(attempts: int = 1, *, as_plain: bool = False, **more: Any) -> Delivery:
    return Delivery(
        id=more.pop("id", 1),
        batch="close",
        subscription_id=1,
        channel="telegram",
        address=Address("42"),
        message=plain("涨"),
        attempts=attempts,
        parts_sent=0,
        plain=as_plain,
        **more,
    )


def wait(failure: SendFailedError, of: Delivery) -> timedelta:
    due_at = after_failure(of, failure, NOW).due_at
    assert due_at is not None
    return due_at - NOW


def test_an_ordinary_failure_is_tried_again_after_a_while() -> None:
    outcome = after_failure(delivery(), SendFailedError("timeout"), NOW)
    assert (outcome.state, outcome.error, outcome.repeated) == (State.PENDING, "timeout", False)
    assert FIRST_WAIT <= wait(TIMEOUT, delivery()) <= FIRST_WAIT * 1.25
    assert not outcome.pause_subscription


def test_each_attempt_waits_twice_as_long() -> None:
    gaps = [wait(TIMEOUT, delivery(at)) for at in range(1, ATTEMPTS_MAX)]
    longest, close = LONGEST_WAIT * (gaps[0] / FIRST_WAIT), timedelta(milliseconds=1)
    assert all(later == pytest.approx(min(2 * earlier, longest), abs=close) for earlier, later in pairwise(gaps))


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = {wait(TIMEOUT, delivery(id=number)) for number in range(1, 101)}
    assert len(waits) == 100
    assert max(waits) - min(waits) > FIRST_WAIT / 5


def test_the_attempts_before_the_first_count_as_one() -> None:
    assert wait(TIMEOUT, delivery(0)) == wait(TIMEOUT, delivery(1))


def test_the_last_attempt_is_the_last() -> None:
    outcome = after_failure(delivery(ATTEMPTS_MAX), SendFailedError("timeout"), NOW)
    assert (outcome.state, outcome.due_at, outcome.pause_subscription) == (State.DEAD, None, False)


@pytest.mark.parametrize("seconds", [1, 40, 4000])
def test_a_waiting_time_that_the_server_names_is_obeyed(seconds: float) -> None:
    outcome = after_failure(delivery(3), SendFailedError("flood", retry_after_seconds=seconds), NOW)
    assert (outcome.state, outcome.due_at) == (State.PENDING, NOW + timedelta(seconds=seconds))
    assert outcome.hold_until == outcome.due_at


def test_a_failure_without_a_reason_holds_the_chat_at_first_and_not_for_ever() -> None:
    held = [after_failure(delivery(at), SendFailedError("timeout"), NOW) for at in range(1, HOLDING_ATTEMPTS + 1)]
    assert all(one.hold_until == one.due_at for one in held)
    assert after_failure(delivery(HOLDING_ATTEMPTS + 1), SendFailedError("timeout"), NOW).hold_until is None


def test_a_chat_that_is_gone_pauses_its_subscription() -> None:
    outcome = after_failure(delivery(), SendFailedError("blocked", permanent=True), NOW)
    assert (outcome.state, outcome.pause_subscription) == (State.DEAD, True)


def test_a_chat_that_moved_is_followed_at_once() -> None:
    new = Address("-10042")
    outcome = after_failure(delivery(), SendFailedError("migrated", moved_to=new), NOW)
    assert (outcome.state, outcome.due_at, outcome.move_to) == (State.PENDING, NOW, new)


def test_a_chat_that_moved_is_followed_as_plainly_as_before() -> None:
    outcome = after_failure(delivery(as_plain=True), SendFailedError("migrated", moved_to=Address("7")), NOW)
    assert outcome.plain


def test_a_chat_that_moves_for_ever_is_given_up() -> None:
    failure = SendFailedError("migrated", moved_to=Address("7"))
    assert after_failure(delivery(10 * ATTEMPTS_MAX), failure, NOW).state is State.DEAD


def test_refused_markup_is_sent_as_plain_text_at_once() -> None:
    outcome = after_failure(delivery(), SendFailedError("can't parse entities", markup=True), NOW)
    assert (outcome.state, outcome.due_at, outcome.plain) == (State.PENDING, NOW, True)


def test_refused_plain_text_is_an_ordinary_failure_and_stays_plain() -> None:
    outcome = after_failure(delivery(as_plain=True), SendFailedError("can't parse", markup=True), NOW)
    assert (outcome.state, outcome.plain) == (State.PENDING, True)
    assert outcome.due_at == NOW + wait(TIMEOUT, delivery())


def test_an_ordinary_failure_of_marked_up_text_stays_marked_up() -> None:
    assert not after_failure(delivery(), SendFailedError("timeout"), NOW).plain


@pytest.mark.parametrize("priority", [one for one in Priority if one is not Priority.DIGEST])
def test_what_may_have_arrived_goes_out_once_more_and_then_is_given_up(priority: Priority) -> None:
    lost = SendFailedError("reset", unknown=True)
    first = after_failure(delivery(priority=priority), lost, NOW)
    assert (first.state, first.repeated) == (State.PENDING, True)
    assert wait(lost, delivery(priority=priority)) == wait(TIMEOUT, delivery())
    second = after_failure(delivery(2, priority=priority, repeats=1), lost, NOW)
    assert (second.state, second.error) == (State.DEAD, f"{NOBODY_KNOWS}: reset")
    assert not second.pause_subscription


def test_a_digest_that_may_have_arrived_is_not_sent_again() -> None:
    outcome = after_failure(delivery(priority=Priority.DIGEST), SendFailedError("reset", unknown=True), NOW)
    assert (outcome.state, outcome.error) == (State.DEAD, f"{NOBODY_KNOWS}: reset")


@pytest.mark.parametrize("repeats", [0, 1])
def test_what_did_not_arrive_is_tried_again_however_often_it_was_repeated(repeats: int) -> None:
    digest = delivery(priority=Priority.DIGEST, repeats=repeats)
    assert after_failure(digest, TIMEOUT, NOW).state is State.PENDING


@pytest.mark.parametrize(
    ("failure", "kind", "of_the_line"),
    [
        (SendFailedError("x", moved_to=Address("7"), permanent=True), Failure.MOVED, False),
        (SendFailedError("x", permanent=True), Failure.PERMANENT, False),
        (SendFailedError("x", markup=True), Failure.MARKUP, False),
        (SendFailedError("x", retry_after_seconds=3), Failure.LIMITED, False),
        (SendFailedError("x", unknown=True), Failure.UNKNOWN, True),
        (SendFailedError("x"), Failure.PASSING, True),
    ],
)
def test_a_failure_has_one_kind(failure: SendFailedError, kind: Failure, *, of_the_line: bool) -> None:
    assert (failure.failure, failure.failure.of_the_line) == (kind, of_the_line)


def test_addresses_are_values_in_an_order() -> None:
    assert sorted([Address("2"), Address("1", "9"), Address("1")]) == [Address("1"), Address("1", "9"), Address("2")]
