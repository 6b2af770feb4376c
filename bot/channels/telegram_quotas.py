"""How many messages Telegram takes: what its documentation names, which is not a promise."""

from collections.abc import Sequence

from telegram.constants import FloodLimit

from bot.limiter import Quota, Quotas

_MINUTE_SECONDS = 60.0


def quotas(messages_per_second: int = FloodLimit.MESSAGES_PER_SECOND) -> Quotas:
    """So many a second in all (more where the operator pays for broadcasts), one a second to a chat, twenty a minute to a group."""
    return Quotas(Quota("*", messages_per_second, 1.0), _of_chat)


def _of_chat(chat: str) -> Sequence[Quota]:
    one = Quota(chat, FloodLimit.MESSAGES_PER_SECOND_PER_CHAT, 1.0)
    if not chat.startswith(("-", "@")):
        return (one,)
    return one, Quota(f"{chat} a minute", FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP, _MINUTE_SECONDS)
