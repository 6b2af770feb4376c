"""What is offered while a person types: funds of the demo market, each with its card."""

from dataclasses import replace

import pytest

from bot.channels.base import Incoming, Speaker, Suggestion
from bot.deliveries import Address
from bot.suggesting import SUGGESTED_MAX, Suggester
from tests.commands.demo import Chat
from tests.commands.said import words

pytestmark = pytest.mark.anyio


async def offered(chat: Chat, text: str, language: str = "zh-hans") -> list[Suggestion]:
    suggest = Suggester(desk=chat.desk, registry=chat.answer.registry)
    person = chat.address.chat
    return await suggest(
        Incoming(
            channel="telegram", address=Address(person), text=text, language=language, speaker=Speaker(person, "Li")
        )
    )


async def test_a_code_is_offered_with_its_card(chat: Chat) -> None:
    [one] = await offered(chat, " ５６０８５０ ")
    assert (one.id, one.title) == ("560850", "信创50ETF 560850")
    assert one.message == await chat.say("/etf 560850")
    assert one.about
    assert one.about.split()[0] in words(one.message)


async def test_a_piece_of_a_name_is_offered_as_the_largest_funds_first(chat: Chat) -> None:
    found = await offered(chat, "软件")
    assert 1 < len(found) <= SUGGESTED_MAX
    assert all("软件" in one.title or "软件" in words(one.message) for one in found)
    assert len({one.id for one in found}) == len(found)
    sizes = await offered(chat, "ETF")
    assert len(sizes) == SUGGESTED_MAX


async def test_the_beginning_of_a_code_is_enough(chat: Chat) -> None:
    found = await offered(chat, "5608")
    assert "560850" in {one.id for one in found}
    assert all(one.id.startswith("5608") for one in found)


@pytest.mark.parametrize("text", ["没有这样的基金", "<b>", "x" * 65, "\0", "９８７６"])
async def test_what_fits_nothing_is_offered_nothing(chat: Chat, text: str) -> None:
    assert await offered(chat, text) == []


async def test_who_has_typed_nothing_is_offered_his_own_funds(chat: Chat) -> None:
    await chat.say("/watch 560850 159590")
    mine = await chat.subscription()
    assert mine is not None
    await chat.store.subscriptions.save(replace(mine, watchlists=frozenset()), chat.hour.now())
    assert [one.id for one in await offered(chat, " ")] == ["159590", "560850"]


async def test_a_stranger_is_offered_what_tells_most(chat: Chat) -> None:
    found = await offered(chat, "")
    assert len(found) == SUGGESTED_MAX
    assert found == await offered(chat, "")


async def test_cards_are_in_the_persons_language(chat: Chat) -> None:
    [english] = await offered(chat, "560850", "en")
    [chinese] = await offered(chat, "560850", "zh-hans")
    assert words(english.message) != words(chinese.message)
    assert english.message == await replace(chat, language="en").say("/etf 560850")


async def test_a_defect_is_logged_and_nothing_offered(chat: Chat, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        async def latest(self, *_: object) -> object:
            raise ZeroDivisionError

    desk = replace(chat.desk, panels=Broken())  # type: ignore[arg-type]
    suggest = Suggester(desk=desk, registry=chat.answer.registry)
    assert await suggest(Incoming(channel="telegram", address=Address("9"), text="560850")) == []
    assert "ZeroDivisionError" in capsys.readouterr().out
