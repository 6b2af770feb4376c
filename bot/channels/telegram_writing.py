"""Parts as calls of the Bot API: texts, pictures, albums, files, and edits of what stands there already."""

from typing import Any, cast

import structlog
from telegram import InputMediaPhoto, LinkPreviewOptions, ReplyParameters
from telegram import Message as Sent
from telegram.constants import ParseMode
from telegram.error import BadRequest, EndPointNotFound, InvalidToken
from telegram.ext import ExtBot

from bot.channels.base import Part
from bot.channels.telegram_keyboard import keyboard
from bot.channels.telegram_markup import CAPTION_LIMIT, units
from bot.channels.telegram_pins import pin
from bot.channels.telegram_refusals import is_done, is_no_files, is_no_text, refusal
from bot.channels.telegram_uploads import Reuse, Uploads
from bot.deliveries import Address

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

log = structlog.get_logger(__name__)


class Writer:
    """Writes as one bot; every method raises the library's TelegramError."""

    def __init__(self, bot: ExtBot[None], bot_id: str, uploads: Uploads) -> None:
        self._bot = bot
        self._bot_id = bot_id
        self._reuse = Reuse(bot_id, uploads)
        self._rich = True
        """Until the server shows that it knows no rich messages."""

    async def write(self, address: Address, part: Part) -> str:
        """Put a part into its chat and return the id of the message it is in now."""
        if part.replaces and await self._edited(address, part):
            return part.replaces
        sent = await self._new(address, part)
        written = str(sent.message_id)
        if not written.isdecimal():  # it stands there all the same; nothing can be done to it any more
            return ""
        if part.pin:
            await pin(self._bot, self._bot_id, address, sent.message_id)
        return written

    async def amend(self, address: Address, part: Part) -> None:
        """Put a part in the place of the message that it replaces, or leave that as it is."""
        await self._edited(address, part)

    async def _new(self, address: Address, part: Part) -> Sent:
        how = _how(address, part)
        if part.album or part.picture or part.document is not None:
            try:
                return await self._with_files(part, how)
            except BadRequest as error:
                if not is_no_files(error):
                    raise
                log.info("telegram chat takes no files, words only", chat=address.chat, why=error.message)
        how["reply_markup"] = keyboard(part.buttons)
        if part.rich and self._rich and not part.plain:
            return await self._with_tables(part, how)
        return await self._text(part, how)

    async def _with_files(self, part: Part, how: dict[str, Any]) -> Sent:
        if part.album:
            return await self._album(part, how)
        under = {**how, **_caption(part), "reply_markup": keyboard(part.buttons)}
        if part.document is not None:
            return await self._bot.send_document(document=part.document.data, filename=part.document.name, **under)

        async def photo(files: list[str | bytes]) -> list[Sent]:
            return [await self._bot.send_photo(photo=files[0], **under)]

        return (await self._reuse.sent([part.picture], photo))[0]

    async def _text(self, part: Part, how: dict[str, Any]) -> Sent:
        mode = None if part.plain else ParseMode.HTML
        return await self._bot.send_message(text=part.markup, parse_mode=mode, link_preview_options=_NO_PREVIEW, **how)

    async def _with_tables(self, part: Part, how: dict[str, Any]) -> Sent:
        """The part as a rich message, or as a text for good once a text passes where that is refused."""
        call = {name: value for name, value in how.items() if value is not None}
        try:
            sent: Sent = await self._bot.do_api_request(
                "sendRichMessage", api_kwargs={**call, "rich_message": {"html": part.rich}}, return_type=Sent
            )
        except (BadRequest, EndPointNotFound, InvalidToken) as error:
            sent = await self._text(part, how)
            self._rich = False
            log.warning("telegram takes no rich messages; texts from now on", why=error.message)
        return sent

    async def _album(self, part: Part, how: dict[str, Any]) -> Sent:
        async def group(files: list[str | bytes]) -> tuple[Sent, ...]:
            first, *others = files
            media = [InputMediaPhoto(first, **_caption(part)), *map(InputMediaPhoto, others)]
            return await self._bot.send_media_group(media=media, **how)

        return (await self._reuse.sent(part.album, group))[0]

    async def _edited(self, address: Address, part: Part) -> bool:
        """Put a part in the place of an earlier message; False when it must come as a new one."""
        if part.album or part.document is not None:
            return False
        at = {"chat_id": address.chat, "message_id": int(part.replaces), "reply_markup": keyboard(part.buttons)}
        try:
            await self._edit(part, at)
        except BadRequest as error:
            failure = refusal(error, address)
            if failure is not None and failure.markup:
                raise
            if not is_done(error):
                log.info("telegram message not edited", chat=address.chat, why=error.message)
                return False
        return True

    async def _edit(self, part: Part, at: dict[str, Any]) -> None:
        if part.picture:

            async def photo(files: list[str | bytes]) -> list[Sent]:
                media = InputMediaPhoto(files[0], **_caption(part))
                return [cast("Sent", await self._bot.edit_message_media(media, **at))]

            await self._reuse.sent([part.picture], photo)
            return
        mode = None if part.plain else ParseMode.HTML
        try:
            await self._bot.edit_message_text(part.markup, parse_mode=mode, link_preview_options=_NO_PREVIEW, **at)
        except BadRequest as error:
            if not is_no_text(error) or units(part.markup) > CAPTION_LIMIT:
                raise
            await self._bot.edit_message_caption(**_caption(part), **at)


def _how(address: Address, part: Part) -> dict[str, Any]:
    # What was deleted meanwhile, or stands in a chat that has moved, is not replied to: the message comes all the same.
    reply = ReplyParameters(int(part.answers), allow_sending_without_reply=True) if part.answers else None
    return {
        "chat_id": address.chat,
        "message_thread_id": int(address.thread) if address.thread else None,
        "disable_notification": part.silent,
        "reply_parameters": reply,
    }


def _caption(part: Part) -> dict[str, Any]:
    return {"caption": part.markup, "parse_mode": None if part.plain else ParseMode.HTML}
