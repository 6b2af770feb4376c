"""The story's stage on Telegram: people who talk to the real library through a Bot API server."""

import asyncio
from collections.abc import Sequence

from tests.e2e.acting import FLOOD, PATIENCE_SECONDS, TELEGRAM, Bubble, Deed, Person, Place, Step
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_chats import Sent

PEOPLE = {Person.ME: 7001, Person.WANG: 7002}
OLD_GROUP, NEW_GROUP = -55, -1001234


class TelegramStage:
    """Two people and a group, which moves once."""

    kind = TELEGRAM

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._group = OLD_GROUP
        self._document = b""
        for one in PEOPLE.values():
            api.open(one)
        for group in (OLD_GROUP, NEW_GROUP):
            api.open(group).members = {PEOPLE[Person.ME]: "creator"}

    async def act(self, step: Step) -> None:
        """Push what the person does to the bot."""
        api, by, chat = self._api, PEOPLE[step.who], self._chat(step)
        match step.deed:
            case Deed.SAYS:
                api.say(chat, step.words, by=by)
            case Deed.FLOODS:
                for _ in range(FLOOD):
                    api.say(chat, step.words, by=by)
                # The bot takes the lines of a chat one after the other.
                await self._forge(step, "c|/nothing")
            case Deed.PRESSES | Deed.PRESSES_OLD:
                label, sent = self._button(step)
                api.tap(sent, label, by=by)
            case Deed.FORGES:
                await self._forge(step, f"c|{step.words}")
            case Deed.HANDS:
                api.hand(chat, "etf.json", self._document, caption=step.words, by=by)
            case Deed.TYPES:
                await self._suggested(step)
            case _:
                self._happens(step)

    async def _forge(self, step: Step, data: str) -> None:
        api = self._api
        query = api.tap(api.sent(self._chat(step))[-1], data=data, by=PEOPLE[step.who])
        await api.until(lambda: query in [one["callback_query_id"] for one in api.acknowledged], "the press")

    def _happens(self, step: Step) -> None:
        api, by = self._api, PEOPLE[step.who]
        match step.deed:
            case Deed.JOINS:
                api.stand(self._chat(step), "left", "member", by=by)
            case Deed.MOVES:
                api.move(OLD_GROUP, NEW_GROUP, told=True)
                self._group = NEW_GROUP
            case Deed.BLOCKS:
                api.shut(by)
                # Whoever comes back has unblocked the bot; it hears of the block all the same.
                api.open(by).refusal = None
            case _:
                raise AssertionError("this cannot be played on Telegram")

    async def _suggested(self, step: Step) -> None:
        found = await self._api.suggestions(PEOPLE[step.who], step.words)
        assert found, "nothing was suggested"

    async def bubbles(self, step: Step) -> Sequence[Bubble]:
        """The bot's messages in the step's chat."""
        found = self._api.sent(self._chat(step))
        for one in found:
            if one.media == "document":
                self._document = self._api.files.known(one.file_id).upload.data
        return [
            Bubble(
                id=str(one.id),
                text=one.text,
                labels=tuple(one.labels),
                brings="picture" if one.media == "photo" else one.media,
                replies=one.answers is not None,
            )
            for one in found
        ]

    async def changed(self) -> None:
        """Wait for a call of the bot."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._api.news()
        except TimeoutError:
            raise AssertionError("nothing came") from None

    def _chat(self, step: Step) -> int:
        return self._group if step.at is Place.GROUP else PEOPLE[step.who]

    def _button(self, step: Step) -> tuple[str, Sent]:
        found = [
            (label, one) for one in self._api.sent(self._chat(step)) for label in one.labels if step.words in label
        ]
        assert found, f"no button {step.words!r}"
        return found[0 if step.deed is Deed.PRESSES_OLD else -1]
