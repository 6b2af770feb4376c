"""What one refusal means for the next attempt."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.deliveries import (
    ATTEMPTS_MAX,
    FIRST_WAIT,
    HOLDING_ATTEMPTS,
    LONGEST_WAIT,
    Address,
    Delivery,
    SendFailedError,
    State,
    after_failure,
)
from bot.messages.model import plain
from tests.builders import LAST_DAY, moment

NOW = moment(LAST_DAY, "17:45")


def delivery(attempts: int = 1, *, as_plain: bool = False) -> Delivery:
    return Delivery(
        id=1,
        batch="close",
        subscription_id=1,
        channel="telegram",
        address=Address("42"),
        message=plain("涨"),
        attempts=attempts,
        parts_sent=0,
        plain=as_plain,
    )


def test_an_ordinary_failure_is_tried_again_after_a_while() -> None:
    outcome = after_failure(delivery(), SendFailedError("timeout"), NOW)
    assert (outcome.state, outcome.due_at, outcome.error) == (State.PENDING, NOW + FIRST_WAIT, "timeout")
    assert not outcome.pause_subscription


def test_each_attempt_waits_twice_as_long() -> None:
    waits = [after_failure(delivery(at), SendFailedError("timeout"), NOW).due_at for at in range(1, ATTEMPTS_MAX)]
    gaps = [due - NOW for due in waits if due is not None]
    assert len(gaps) == ATTEMPTS_MAX - 1
    assert all(later == min(2 * earlier, LONGEST_WAIT) for earlier, later in pairwise(gaps))


def test_the_attempts_before_the_first_count_as_one() -> None:
    assert after_failure(delivery(0), SendFailedError("timeout"), NOW).due_at == NOW + FIRST_WAIT


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
    assert (outcome.state, outcome.due_at, outcome.plain) == (State.PENDING, NOW + FIRST_WAIT, True)


def test_an_ordinary_failure_of_marked_up_text_stays_marked_up() -> None:
    assert not after_failure(delivery(), SendFailedError("timeout"), NOW).plain


def test_addresses_are_values_in_an_order() -> None:
    assert sorted([Address("2"), Address("1", "9"), Address("1")]) == [Address("1"), Address("1", "9"), Address("2")]
