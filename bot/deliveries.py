"""One message for one subscriber: its states, and what an answer of the channel means for it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

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
    priority: int = 1
    """The lowest number goes first."""
    plain: bool = False
    """Send without markup: the channel refused ours."""
    answers: Earlier | None = None
    """The message that this one corrects or ends."""
    language: str = "zh"
    """Of its reader."""
    due_at: datetime | None = field(default=None, compare=False)
    """When it was due, or due again."""


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
    error: str = ""


ATTEMPTS_MAX = 50
"""With the waits below, most of a day: longer than the outages that chat services have."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=30)
_DOUBLINGS_MAX = 10
HOLDING_ATTEMPTS = 5
"""So often a message that is refused holds up what comes after it; then that may pass: the fault may be its own."""


def after_failure(delivery: Delivery, failure: SendFailedError, now: datetime) -> Outcome:
    """The retry policy: what one refusal means.

    A chat that moved is followed at once, refused markup is sent as plain text once, a named waiting time
    is obeyed for the whole chat, a chat that is gone pauses its subscription; everything else waits twice
    as long each time, up to `ATTEMPTS_MAX` attempts, and at first holds up what comes after it.
    """
    error = str(failure)
    if failure.moved_to is not None and delivery.attempts < ATTEMPTS_MAX:
        return Outcome(state=State.PENDING, due_at=now, move_to=failure.moved_to, plain=delivery.plain, error=error)
    if failure.permanent:
        return Outcome(state=State.DEAD, pause_subscription=True, error=error)
    if failure.markup and not delivery.plain:
        return Outcome(state=State.PENDING, due_at=now, plain=True, error=error)
    if delivery.attempts >= ATTEMPTS_MAX:
        return Outcome(state=State.DEAD, error=error)
    wait = min(FIRST_WAIT * 2 ** min(max(0, delivery.attempts - 1), _DOUBLINGS_MAX), LONGEST_WAIT)
    named = failure.retry_after_seconds
    due_at = now + (wait if named is None else timedelta(seconds=named))
    return Outcome(
        state=State.PENDING,
        due_at=due_at,
        hold_until=due_at if named is not None or delivery.attempts <= HOLDING_ATTEMPTS else None,
        plain=delivery.plain,
        error=error,
    )
