"""Buttons under a message as Telegram's keyboard: what they say or copy, and how they are coloured."""

import structlog
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardButtonLimit, KeyboardButtonStyle

from bot.channels.telegram_speech import PRESSED
from bot.messages.model import Button, Look

_STYLES = {Look.GOOD: KeyboardButtonStyle.SUCCESS, Look.DANGER: KeyboardButtonStyle.DANGER}

log = structlog.get_logger(__name__)


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """The keyboard; None where no button is left. One that the server would refuse is left out and logged."""
    made = [[_button(button) for button in row if _fits(button)] for row in rows]
    return InlineKeyboardMarkup([row for row in made if row]) if any(made) else None


def _button(button: Button) -> InlineKeyboardButton:
    style = _STYLES.get(button.look)
    if button.copies:
        return InlineKeyboardButton(button.label, copy_text=CopyTextButton(button.command), style=style)
    return InlineKeyboardButton(button.label, callback_data=PRESSED + button.command, style=style)


def _fits(button: Button) -> bool:
    if button.copies:
        fits = 0 < len(button.command) <= InlineKeyboardButtonLimit.MAX_COPY_TEXT
    else:
        fits = len((PRESSED + button.command).encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
    if not fits:
        log.error("defect: a button's command is too long, button left out", channel="telegram", command=button.command)
    return fits
