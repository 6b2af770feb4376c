"""From something said to something answered; never raises, and is silent only to floods and the banned."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog

from bot.channels.base import ChatKind, Incoming
from bot.commands.base import Command, Desk, ManyMeantError, Registry, Right, SaidWrongError, Talk
from bot.commands.chats import manages
from bot.commands.tempo import Allowances, Verdict
from bot.deliveries import Address
from bot.messages.catalogue import catalogue
from bot.messages.model import Button, Message, line, muted, paragraph, plain
from bot.store.errors import AwayError
from bot.subscriptions import Language, Subscription
from bot.tracing import of_question

TEXT_MAX = 500
"""Nobody types more at once; anything longer is a mistake or an attack."""

PASTED_MAX = 4000
"""A pasted list of codes may be longer."""

DOCUMENT_BYTES_MAX = 256 * 1024

COMMAND_BYTES_MAX = 62
"""What a button can hold on every channel."""

MOUTHS_OF_A_GROUP = 3
"""A group has so many allowances of one person."""

ADMIN_TEXT_MAX = 20_000
"""Administrators paste whole lists."""

_RUNNING = frozenset({Right.ADMIN, Right.OWNER})
"""Commands about the service rather than about a chat."""

log = structlog.get_logger(__name__)

_CODE = re.compile(r"[15]\d{5}")
_CODES = re.compile(r"(?:[15]\d{5}[\s,;、，；]+)+[15]\d{5}[\s,;、，；]*")


@dataclass(frozen=True, kw_only=True)
class Answerer:
    """Answers people on every channel alike; an `Answer` for channels."""

    desk: Desk
    registry: Registry
    allowances: Allowances = field(default_factory=Allowances, compare=False, repr=False)

    async def __call__(self, incoming: Incoming) -> Message | None:
        """The answer to one line; None for the banned, and for those who were told already that they ask too fast."""
        with of_question():
            return await self._answered(incoming)

    async def _answered(self, incoming: Incoming) -> Message | None:
        said = replace(incoming, text=_clean(incoming.text))
        try:
            return await self._heard(said)
        except AwayError:
            return self._away(said)

    async def _heard(self, said: Incoming) -> Message | None:
        right = self.desk.roles.right(said)
        if right is not Right.OWNER and await self.desk.world.store.bans.any_of(_names(said)):
            return None
        if right in (Right.ADMIN, Right.OWNER):
            return await self.reply(said)
        command, _ = self._understand(said)
        match self.allowances.take(self.desk.tempo, _names(said), command.weight, self.desk.now()):
            case Verdict.IGNORED:
                return None
            case Verdict.REFUSED:
                log.info("asks too fast", channel=said.channel, chat=said.address.chat)
                mine = await self._own(said)
                return plain(catalogue(self._language(said, mine)).text("too-fast"))
        return await self.reply(said)

    async def reply(self, incoming: Incoming) -> Message:
        """The answer to one line, however fast it came; raises AwayError where the database cannot be had."""
        desk = await self.desk.present()
        admin = desk.roles.right(incoming) is not Right.ANYONE
        mine = await self._own(incoming)
        language = self._language(incoming, mine)
        texts = catalogue(language)
        if wrong := _too_much(incoming, TEXT_MAX if not admin else ADMIN_TEXT_MAX):
            key, limit = wrong
            return plain(texts.text(key, limit=limit))
        if desk.maintenance is not None and not admin:
            return plain(desk.maintenance.text or texts.text("maintenance"))
        command, words = self._understand(incoming)
        talk = Talk(
            desk=desk,
            registry=self.registry,
            incoming=incoming,
            words=words,
            subscription=mine,
            language=language,
            texts=texts,
            now=desk.now(),
        )
        try:
            elsewhere = None if command.own or command.right in _RUNNING else await managed(talk)
            await require_right(elsewhere or talk, command)
            answer = await command.run(elsewhere or talk)
        except ManyMeantError as error:
            return Message(blocks=(paragraph(str(error)),), buttons=_choices(command, words, error))
        except SaidWrongError as error:
            return replace(plain(str(error)), buttons=error.buttons)
        except AwayError:
            raise
        except Exception:
            log.exception("defect while answering", command=command.name, channel=incoming.channel)
            return plain(texts.text("defect"))
        log.debug("answered", command=command.name, channel=incoming.channel)
        return _headed(answer, elsewhere) if elsewhere else answer

    def _away(self, said: Incoming) -> Message | None:
        """For somebody of whom nothing can be known now; whoever asks on and on is not told each time."""
        if self.allowances.take(self.desk.tempo, _names(said), 1, self.desk.now()) is Verdict.IGNORED:
            return None
        return plain(catalogue(self._language(said, None)).text("storage-away"))

    async def _own(self, incoming: Incoming) -> Subscription | None:
        return await self.desk.world.store.subscriptions.find(
            incoming.channel, incoming.address.chat, incoming.address.thread
        )

    def _understand(self, incoming: Incoming) -> tuple[Command, tuple[str, ...]]:
        named = {one.name: one for one in self.registry.commands}
        found = self.registry.find(incoming.text)
        if found:
            return found
        # In a group people send files to each other.
        if incoming.document is not None and incoming.kind is ChatKind.PRIVATE:
            return named["import"], ()
        said = unicodedata.normalize("NFKC", incoming.text).strip()
        if not said:
            return named["help"], ()
        if _CODES.fullmatch(said):
            return named["import"], tuple(said.split())
        if _CODE.fullmatch(said) or not said.startswith("/"):
            return named["etf"], (said,)
        return named["help"], (said.split()[0],)

    def _language(self, incoming: Incoming, mine: Subscription | None) -> Language:
        if mine is not None:
            return mine.language
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
        case Right.CHANGE_BY_WORDS if not command.changes(talk.words):
            return
        case Right.CHANGE | Right.CHANGE_BY_WORDS:
            if has is Right.ANYONE and not await _sets_up(talk):
                raise SaidWrongError(talk.texts.text("not-your-chat"))


async def managed(talk: Talk) -> Talk | None:
    """The same as said in the chat that the speaker sets up from here; None where it is about his own.

    Whether he may is asked at each command: who is no administrator any more is told so, and speaks for himself again.
    """
    said, store = talk.incoming, talk.desk.world.store
    if said.kind is not ChatKind.PRIVATE or not said.speaker.id:
        return None
    chosen = await store.managing.now(said.channel, said.speaker.id, talk.now)
    there = await store.subscriptions.get(chosen) if chosen is not None else None
    if there is None:
        return None

    async def may_set_up() -> bool:
        return await manages(talk, there)

    if not await may_set_up():
        await store.managing.end(said.channel, said.speaker.id)
        raise SaidWrongError(talk.texts.text("manage-lost", name=there.title or there.chat))
    moved = replace(
        said,
        channel=there.channel,
        address=Address(there.chat, there.thread),
        kind=ChatKind.GROUP,
        title=there.title,
        may_set_up=may_set_up,
    )
    return replace(talk, incoming=moved, subscription=there)


async def _sets_up(talk: Talk) -> bool:
    """Whether the speaker may change the chat's settings."""
    if talk.incoming.kind is ChatKind.PRIVATE or (talk.subscription is not None and talk.subscription.members_set_up):
        return True
    return await talk.incoming.may_set_up()


def _headed(answer: Message, talk: Talk) -> Message:
    """An answer that says which chat it is about."""
    name = talk.incoming.title or talk.incoming.address.chat
    return replace(answer, blocks=(paragraph(line(muted(talk.texts.text("manage-head", name=name)))), *answer.blocks))


def _names(said: Incoming) -> Mapping[str, int]:
    """Who speaks and where, as ``channel:id``, and how many allowances each of them has."""
    chat = MOUTHS_OF_A_GROUP if said.kind is not ChatKind.PRIVATE else 1
    person = {f"{said.channel}:{said.speaker.id}": 1} if said.speaker.id else {}
    return {f"{said.channel}:{said.address.chat}": chat, **person}


def _clean(text: str) -> str:
    """Without what nobody types: control characters, halves of characters, marks that turn the writing round."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf", "Cs"))


def _too_much(incoming: Incoming, most: int) -> tuple[str, int] | None:
    """What is too long of something said: the text that tells it, and the limit; `most` for plain words."""
    if incoming.document is not None and len(incoming.document.data) > DOCUMENT_BYTES_MAX:
        return "document-too-big", DOCUMENT_BYTES_MAX // 1024
    pasted = incoming.document is not None or _CODES.fullmatch(incoming.text.strip())
    limit = max(most, PASTED_MAX) if pasted else most
    return ("too-long", limit) if len(incoming.text) > limit else None


def _choices(command: Command, words: tuple[str, ...], error: ManyMeantError) -> tuple[tuple[Button, ...], ...]:
    """A row for each thing that a word may mean: the same command with that in the word's place."""
    said = " ".join(words)
    rows = []
    for shown, meant in error.meant:
        whole = f"/{command.name} {said.replace(error.word, meant, 1)}"
        short = whole if error.word in said and len(whole.encode()) <= COMMAND_BYTES_MAX else f"/{command.name} {meant}"
        rows.append((Button(shown, short),))
    return tuple(rows)
