"""What somebody says to the bot: told apart from what people in a group say to each other."""

import re
from collections.abc import Set

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, Message, User

from bot.deliveries import Address

PRESSED = "c|"
"""Stands before the command in a button's data; no state is kept for a button."""

_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?(?!\S)")


def said_to(bot: User, message: Message, words: Set[str]) -> str | None:
    """The words meant for the bot, without its name; None when they are not meant for it.

    In a private chat everything is. In a group: commands that name no other bot, lines that name the bot,
    answers to it, and lines that begin with one of `words`; files only as answers to it. In a channel: commands
    that name the bot, for everything there is read by many.
    """
    text = (message.text or message.caption or "").strip()
    private = message.chat.type == Chat.PRIVATE
    overheard = message.document is not None and not private and not _answers(bot, message)
    if overheard or _not_a_person(message):
        return None
    if command := _COMMAND.match(text):
        return f"/{command[1]}{text[command.end() :]}" if private or _names(command, bot, message) else None
    if private or message.chat.type == Chat.CHANNEL:
        return text if private else None
    unnamed, times = re.subn(rf"(?<!\w){re.escape(bot.name)}\b", " ", text, flags=re.IGNORECASE)
    if times:
        return unnamed.strip()
    return text if _answers(bot, message) or _head(text) in words else None


def _names(command: re.Match[str], bot: User, message: Message) -> bool:
    """Whether a command among many readers is meant for this bot; in a group one without a name is meant for every bot."""
    if command[2] is None:
        return message.chat.type != Chat.CHANNEL
    return command[2].casefold() == bot.name.removeprefix("@").casefold()


def pressed(query: CallbackQuery) -> str | None:
    """The command of the button of ours that was pressed; None for any other data.

    A client can send any data it likes, so the button must stand under the message. Readers of a channel
    may not speak in it, and so may not press in its name either.
    """
    if query.data is None or not query.data.startswith(PRESSED) or not isinstance(query.message, Message):
        return None
    if query.message.chat.type == Chat.CHANNEL or query.data not in _offered(query.message.reply_markup):
        return None
    return query.data.removeprefix(PRESSED)


def where(message: Message) -> Address:
    """The chat of a message, and the topic if it is in one."""
    # Replies outside of topics have a thread id as well, which nothing can be sent to.
    thread = str(message.message_thread_id) if message.is_topic_message else ""
    return Address(str(message.chat.id), thread)


def language(speaker: User | None) -> str:
    """The language of a person's client; empty where it is not told."""
    return (speaker.language_code or "") if speaker else ""


def _not_a_person(message: Message) -> bool:
    """Posts that a linked channel drops into its group, and other bots: answering them can go round for ever."""
    if message.is_automatic_forward:
        return True
    # An administrator who hides his name is shown as a bot that speaks for a chat.
    return message.from_user is not None and message.from_user.is_bot and message.sender_chat is None


def _answers(bot: User, message: Message) -> bool:
    before = message.reply_to_message
    if before is None or before.from_user is None or before.forum_topic_created is not None:
        return False  # everything in a topic counts as an answer to its opening
    return before.from_user.id == bot.id


def _head(text: str) -> str:
    """The first word, without a fund code that follows a Chinese word closely."""
    return next(iter(text.split()), "").rstrip("0123456789").casefold()


def _offered(keyboard: InlineKeyboardMarkup | None) -> set[object]:
    return {button.callback_data for row in keyboard.inline_keyboard for button in row} if keyboard else set()
