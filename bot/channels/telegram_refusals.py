"""What Telegram's refusals mean for the next attempt."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.blotting import hide
from bot.channels.telegram_transport import AnswerLostError
from bot.deliveries import Address, SendFailedError

REASON_MAX = 200
"""Characters kept of what the server said."""

_GATEWAY_TIMEOUT = re.compile(r"gateway time-?out|\(504\)", re.IGNORECASE)
"""A proxy has passed the call on, and the server did not answer it in time."""

WAIT_SECONDS_MAX = 24 * 3600.0
"""No server asks for longer; a proxy could, and nothing would be sent for ever."""

_DONE = re.compile(r"message is not modified", re.IGNORECASE)
_NO_TEXT = re.compile(r"there is no text in the message", re.IGNORECASE)
_NO_FILES = re.compile(
    r"not enough rights to send (photos|documents|media)|chat_send_(photos|docs|media)_forbidden", re.IGNORECASE
)
_OUR_MARKUP = re.compile(
    r"can't parse entities|message is too long|text is too long|message_too_long|entit(y|ies)_|caption is too long",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"chat not found|chat_id is empty|user not found|kicked|deactivated"
    r"|upgraded to a supergroup|not a member|not enough rights|have no rights|need administrator rights"
    r"|chat_(write_forbidden|restricted|admin_required|send_plain_forbidden|guest_send_forbidden)|channel_private"
    r"|peer_id_invalid|user_is_blocked|group chat was|message thread not found|topic_(closed|deleted|id_invalid)",
    re.IGNORECASE,
)


def refusal(error: TelegramError, address: Address) -> SendFailedError | None:
    """What an error of the library means for a message to `address`; None = it is there as it should be.

    A token that is refused is not the chat's fault: subscriptions stay, the operator reads the reason.
    """
    reason = hide(str(error.message))[:REASON_MAX]
    match error:
        case RetryAfter():
            return SendFailedError(reason, retry_after_seconds=_seconds(error.retry_after))
        case ChatMigrated():
            moved = str(error.new_chat_id)
            known = moved.removeprefix("-").isdecimal()
            return SendFailedError(reason, moved_to=replace(address, chat=moved) if known else None)
        case InvalidToken():
            return SendFailedError("Telegram refuses the bot's token")
        case BadRequest() if is_done(error):
            return None
        case Forbidden() | BadRequest():
            gone = isinstance(error, Forbidden) or bool(_GONE.search(reason))
            return SendFailedError(reason, permanent=gone, markup=bool(_OUR_MARKUP.search(reason)))
    lost = isinstance(error, (AnswerLostError, TimedOut)) or bool(_GATEWAY_TIMEOUT.search(reason))
    return SendFailedError(f"{type(error).__name__}: {reason}", unknown=lost)


def is_done(error: TelegramError) -> bool:
    """Whether the message was as it should be before it was asked for."""
    return bool(_DONE.search(error.message))


def is_no_text(error: TelegramError) -> bool:
    """Whether a message has a picture or a file instead of the text that was to be edited."""
    return bool(_NO_TEXT.search(error.message))


def is_no_files(error: TelegramError) -> bool:
    """Whether a chat takes words, but no pictures or files."""
    return bool(_NO_FILES.search(error.message))


def _seconds(wait: Any) -> float | None:
    """None where the server, or whoever answers in its place, names no number: then it is tried again as after other
    failures."""
    try:
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
    except (TypeError, ValueError):
        return None
    return min(max(0.0, seconds), WAIT_SECONDS_MAX)
