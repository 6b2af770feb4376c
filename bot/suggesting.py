"""Funds to choose from while a person still types: each with its card, best first."""

import asyncio
import unicodedata
from dataclasses import dataclass, replace

import numpy as np
import structlog

from bot.channels.base import Incoming, Suggestion
from bot.commands.asking import etf
from bot.commands.base import Desk, Registry, SaidWrongError, Talk
from bot.commands.lookup import funds_like
from bot.messages.catalogue import catalogue
from bot.messages.model import Message, Paragraph
from bot.sights import signals_of
from bot.store.errors import AwayError
from bot.subscriptions import ALL_FUNDS, Language, Subscription
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.profile import Profile
from signals.core.sizes import AUM

SUGGESTED_MAX = 10
WORDS_MAX = 64
"""Characters of a fund's name or code; whoever types more means something else."""

_ABOUT_CHARS_MAX = 120
_SIZE_SESSIONS = 5
"""A fund's size is taken from the newest of so many sessions: figures of the last one may not be out."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Suggester:
    """A `Suggest` for channels: what a person types is a code, its beginning, or a piece of a name."""

    desk: Desk
    registry: Registry

    async def __call__(self, asked: Incoming) -> list[Suggestion]:
        """Up to `SUGGESTED_MAX` funds; to a person who has typed nothing, his own or the day's most telling."""
        try:
            return await self._suggested(asked)
        except AwayError:
            return []
        except Exception:
            log.exception("defect while suggesting", channel=asked.channel)
            return []

    async def _suggested(self, asked: Incoming) -> list[Suggestion]:
        store, now = self.desk.world.store, self.desk.now()
        mine = await store.subscriptions.find(asked.channel, asked.address.chat, asked.address.thread)
        language = mine.language if mine else self._language(asked.language)
        talk = Talk(
            desk=self.desk,
            registry=self.registry,
            incoming=asked,
            words=(),
            subscription=mine,
            language=language,
            texts=catalogue(language),
            now=now,
        )
        panel = await self.desk.panels.latest(now, talk.today)
        own = await self._own(mine)
        said = unicodedata.normalize("NFKC", asked.text).strip()
        funds = await asyncio.to_thread(self._funds, panel, said, own)
        return [one for fund in funds[:SUGGESTED_MAX] if (one := await self._card(talk, fund))]

    def _funds(self, panel: Panel, said: str, own: frozenset[str]) -> list[Profile]:
        if len(said) > WORDS_MAX:
            return []
        if not said:
            codes = sorted(own & panel.profiles.keys()) or self._telling(panel)
            return [panel.profiles[code] for code in codes[:SUGGESTED_MAX]]
        found = funds_like(panel, said)
        if not found and said.isascii() and said.isdecimal():
            found = [one for code, one in panel.profiles.items() if code.startswith(said)]
        sizes = panel.derive(_sizes)
        return sorted(found, key=lambda one: -sizes.get(one.code, 0.0))

    def _telling(self, panel: Panel) -> list[str]:
        """The funds of which the strongest signals tell."""
        seen = signals_of(panel, self.desk.world.detectors.values())
        known = [code for code in seen if code in panel.profiles]
        return sorted(known, key=lambda code: -seen[code][0].strength)

    async def _own(self, mine: Subscription | None) -> frozenset[str]:
        if mine is None or not mine.active:
            return frozenset()
        return mine.funds(await self.desk.world.store.watchlists.codes()) - {ALL_FUNDS}

    async def _card(self, talk: Talk, fund: Profile) -> Suggestion | None:
        try:
            message = await etf.run(replace(talk, words=(fund.code,)))
        except SaidWrongError:  # nothing is known of it but its name
            return None
        return Suggestion(id=fund.code, title=f"{fund.name} {fund.code}", about=_about(message), message=message)

    def _language(self, tag: str) -> Language:
        if not tag:
            return self.desk.newcomer.language
        return Language.EN if tag.lower().startswith("en") else Language.ZH


def _sizes(panel: Panel) -> dict[str, float]:
    """The newest size of each fund, in yuan."""
    values = AUM.on(panel).values[-_SIZE_SESSIONS:]
    newest = np.where(np.isfinite(values), values, 0.0).max(axis=0)
    return dict(zip(panel.subjects[Axis.FUND], newest.tolist(), strict=True))


def _about(message: Message) -> str:
    """What a card says below its first line."""
    lines = [one.text for block in message.blocks if isinstance(block, Paragraph) for one in block.lines]
    return " ".join(lines[1:3])[:_ABOUT_CHARS_MAX]
