"""From something said to something answered; never raises, never stays silent."""

import re
import unicodedata
from dataclasses import dataclass

import structlog

from bot.channels.base import ChatKind, Incoming
from bot.commands.base import Command, Desk, Registry, Right, SaidWrongError, Talk
from bot.messages.catalogue import catalogue
from bot.messages.model import Message, plain
from bot.subscriptions import Language

TEXT_MAX = 500
"""Nobody types more at once; anything longer is a mistake or an attack."""

ADMIN_TEXT_MAX = 20_000
"""Administrators paste whole lists."""

log = structlog.get_logger(__name__)

_CODE = re.compile(r"[15]\d{5}")


@dataclass(frozen=True, kw_only=True)
class Answerer:
    """Answers people on every channel alike; an `Answer` for channels."""

    desk: Desk
    registry: Registry

    async def __call__(self, incoming: Incoming) -> Message:
        """The answer to one line."""
        desk = await self.desk.present()
        admin = desk.roles.right(incoming) is not Right.ANYONE
        subscription = await desk.world.store.subscriptions.find(
            incoming.channel, incoming.address.chat, incoming.address.thread
        )
        language = subscription.language if subscription else self._language(incoming)
        texts = catalogue(language)
        limit = ADMIN_TEXT_MAX if admin else TEXT_MAX
        if len(incoming.text) > limit:
            return plain(texts.text("too-long", limit=limit))
        if desk.maintenance is not None and not admin:
            return plain(desk.maintenance.text or texts.text("maintenance"))
        command, words = self._understand(incoming.text)
        talk = Talk(
            desk=desk,
            registry=self.registry,
            incoming=incoming,
            words=words,
            subscription=subscription,
            language=language,
            texts=texts,
            now=desk.now(),
        )
        try:
            await require_right(talk, command)
            return await command.run(talk)
        except SaidWrongError as error:
            return plain(str(error))
        except Exception:
            log.exception("defect while answering", command=command.name, channel=incoming.channel)
            return plain(texts.text("defect"))

    def _understand(self, text: str) -> tuple[Command, tuple[str, ...]]:
        found = self.registry.find(text)
        if found:
            return found
        named = {one.name: one for one in self.registry.commands}
        said = unicodedata.normalize("NFKC", text).strip()
        if not said:
            return named["help"], ()
        if _CODE.fullmatch(said) or not said.startswith("/"):
            return named["etf"], (said,)
        return named["help"], (said.split()[0],)

    def _language(self, incoming: Incoming) -> Language:
        if incoming.language.lower().startswith("en"):
            return Language.EN
        return Language.ZH if incoming.language else self.desk.newcomer.language


async def require_right(talk: Talk, command: Command) -> None:
    """Raise SaidWrongError when the speaker may not say this here: the one place where that is decided."""
    has = talk.desk.roles.right(talk.incoming)
    match command.right:
        case Right.OWNER if has is not Right.OWNER:
            raise SaidWrongError(talk.texts.text("not-for-you"))
        case Right.ADMIN if has is Right.ANYONE:
            raise SaidWrongError(talk.texts.text("not-for-you"))
        case Right.CHANGE_BY_WORDS if not talk.words:
            return
        case Right.CHANGE | Right.CHANGE_BY_WORDS:
            if has is Right.ANYONE and not await _sets_up(talk):
                raise SaidWrongError(talk.texts.text("not-your-chat"))


async def _sets_up(talk: Talk) -> bool:
    """Whether the speaker may change the chat's settings."""
    if talk.incoming.kind is ChatKind.PRIVATE or (talk.subscription is not None and talk.subscription.members_set_up):
        return True
    return await talk.incoming.may_set_up()
