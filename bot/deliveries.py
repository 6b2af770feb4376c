"""One message for one subscriber: its states, and what an answer of the channel means for it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.blotting import hide
from bot.messages.model import Message


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a channel sends to: a chat and, where it has topics, a thread in it."""

    chat: str
    thread: str = ""


class SendFailedError(Exception):
    """A channel could not send; says what that means for the next attempt.

    The text is for the operator and holds no secret.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after_seconds: float | None = None,
        moved_to: Address | None = None,
        markup: bool = False,
        unknown: bool = False,
    ) -> None:
        super().__init__(hide(reason))
        self.permanent = permanent
        """The chat is gone or has blocked us: asking again is useless."""
        self.retry_after_seconds = retry_after_seconds
        """The server named a time before which this chat must not be asked again."""
        self.moved_to = moved_to
        """The chat lives on under another address."""
        self.markup = markup
        """The server could not read our markup: a defect of ours; plain text will pass."""
        self.unknown = unknown
        """The message may have arrived all the same: it went out, and no answer came that could be read."""

    @property
    def failure(self) -> "Failure":
        """What kind of failure it is."""
        if self.moved_to is not None:
            return Failure.MOVED
        if self.permanent:
            return Failure.PERMANENT
        if self.markup:
            return Failure.MARKUP
        if self.retry_after_seconds is not None:
            return Failure.LIMITED
        return Failure.UNKNOWN if self.unknown else Failure.PASSING


class Failure(StrEnum):
    """Why a message did not arrive, or is not known to have."""

    MOVED = "moved"
    PERMANENT = "permanent"
    MARKUP = "markup"
    LIMITED = "limited"
    UNKNOWN = "unknown"
    PASSING = "passing"

    @property
    def of_the_line(self) -> bool:
        """Whether the server may not be there at all; else it has answered, about this one message."""
        return self in {Failure.UNKNOWN, Failure.PASSING}


class Priority(IntEnum):
    """What kind of message it is; the lowest number goes first."""

    REPLY = 0
    """An answer: somebody looks at the screen and waits. It is never stored."""
    URGENT = 1
    """A premium at a price of this minute."""
    ALERT = 2
    NOTICE = 3
    """For the operator."""
    DIGEST = 4
    BROADCAST = 9

    @property
    def repeatable(self) -> bool:
        """Whether it goes out once more when nobody knows whether it arrived; after a digest comes another."""
        return self is not Priority.DIGEST


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


class Gate(StrEnum):
    """Where an alert stands before a reader who has quiet hours or a daily limit."""

    WAITING = "waiting"
    """It is not judged yet."""
    URGENT = "urgent"
    """The same, and it may pass in quiet hours."""
    QUIET = "quiet"
    """Held until his quiet hours are over."""
    CAP = "cap"
    """Held until his next morning: he has had as many as he wants for today."""
    PASSED = "passed"
    """It may go out."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message that another one answers."""

    remote_id: str
    """The channel's id of it."""
    corrected: Message | None = None
    """What it said, where it is wrong by now and in one piece, so that it can be marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message on its way; unique on (batch, subscription)."""

    id: int
    batch: str
    subscription_id: int
    channel: str
    address: Address
    message: Message
    attempts: int
    parts_sent: int
    """Parts of a split message that the channel has already confirmed."""
    priority: Priority = Priority.ALERT
    plain: bool = False
    """Send without markup: the channel refused ours."""
    repeats: int = 0
    """How often its next part went out once more, though it may have arrived."""
    answers: Earlier | None = None
    """The message that this one corrects or ends."""
    language: str = "zh"
    """Of its reader."""
    due_at: datetime | None = field(default=None, compare=False)
    """When it was due, or due again."""

    def with_part_taken(self) -> "Delivery":
        """What is left of it once the channel has confirmed one more part."""
        return replace(self, parts_sent=self.parts_sent + 1, repeats=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a delivery after an attempt."""

    state: State
    due_at: datetime | None = None
    hold_until: datetime | None = None
    """Nothing else is tried for the subscription before this moment, so that its messages keep their order."""
    pause_subscription: bool = False
    move_to: Address | None = None
    plain: bool = False
    repeated: bool = False
    """The next attempt may be the second time that it arrives."""
    error: str = ""


NOBODY_KNOWS = "nobody knows whether it arrived"
"""Begins the reason of a delivery that is given up because it must not come twice, or three times."""

REPEATS_MAX = 1

ATTEMPTS_MAX = 50
"""With the waits below, most of a day: longer than the outages that chat services have."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=30)
_DOUBLINGS_MAX = 10
_SPREAD = 0.6180339887498949
"""The fractions of its multiples lie evenly."""
HOLDING_ATTEMPTS = 5
"""So often a message that is refused holds up what comes after it; then that may pass: the fault may be its own."""


def after_failure(delivery: Delivery, failure: SendFailedError, now: datetime) -> Outcome:
    """The retry policy: what one refusal means.

    A chat that moved is followed at once, refused markup is sent as plain text once, a named waiting time
    is obeyed for the whole chat, a chat that is gone pauses its subscription. What may have arrived goes out
    once more if it is `repeatable`, and says so. Everything else waits twice as long each time, up to
    `ATTEMPTS_MAX` attempts, and at first holds up what comes after it.
    """
    error = str(failure)
    if failure.moved_to is not None and delivery.attempts < ATTEMPTS_MAX:
        return Outcome(state=State.PENDING, due_at=now, move_to=failure.moved_to, plain=delivery.plain, error=error)
    if failure.permanent:
        return Outcome(state=State.DEAD, pause_subscription=True, error=error)
    if failure.markup and not delivery.plain:
        return Outcome(state=State.PENDING, due_at=now, plain=True, error=error)
    if failure.unknown and not may_repeat(delivery.priority, delivery.repeats):
        return Outcome(state=State.DEAD, error=f"{NOBODY_KNOWS}: {error}")
    if delivery.attempts >= ATTEMPTS_MAX:
        return Outcome(state=State.DEAD, error=error)
    named = failure.retry_after_seconds
    due_at = now + (_wait(delivery) if named is None else timedelta(seconds=named))
    return Outcome(
        state=State.PENDING,
        due_at=due_at,
        hold_until=due_at if named is not None or delivery.attempts <= HOLDING_ATTEMPTS else None,
        plain=delivery.plain,
        repeated=failure.unknown,
        error=error,
    )


def may_repeat(priority: Priority, repeats: int) -> bool:
    """Whether what may have arrived goes out again."""
    return priority.repeatable and repeats < REPEATS_MAX


def _wait(delivery: Delivery) -> timedelta:
    wait: timedelta = min(FIRST_WAIT * 2 ** min(max(0, delivery.attempts - 1), _DOUBLINGS_MAX), LONGEST_WAIT)
    # Up to a quarter longer, and for each message differently: what failed together does not come back together.
    return wait * (1 + (delivery.id * _SPREAD % 1) / 4)
