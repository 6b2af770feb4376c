"""Floods, the banned, and what nobody types: refused once, then met with silence; everybody else is not held up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.base import ChatKind, Speaker
from bot.commands.answer import PASTED_MAX, TEXT_MAX
from bot.commands.base import Roles, Tempo
from bot.commands.tempo import KEPT_MAX, Allowances, Verdict
from bot.messages.model import Style
from bot.store.audit import Deed
from tests.commands.demo import MORNING, Chat
from tests.commands.said import lines, words

pytestmark = pytest.mark.anyio

TEMPO = Tempo(burst=3, per_minute=2)
PASSES, REFUSED, IGNORED = Verdict.PASSES, Verdict.REFUSED, Verdict.IGNORED


def hurried(chat: Chat, tempo: Tempo = TEMPO, roles: Roles | None = None) -> Chat:
    """A chat with a service that lets people ask no faster than this."""
    desk = replace(chat.desk, tempo=tempo, roles=roles or chat.desk.roles)
    return replace(chat, answer=replace(chat.answer, desk=desk, allowances=Allowances()), speaker=Speaker("1"))


def take(kept: Allowances, *names: str, weight: int = 1, minutes: float = 0) -> Verdict:
    return kept.take(TEMPO, dict.fromkeys(names, 1), weight, MORNING + timedelta(minutes=minutes))


def test_a_burst_passes_the_next_is_refused_and_the_rest_ignored() -> None:
    kept = Allowances()
    assert [take(kept, "a") for _ in range(6)] == [PASSES] * 3 + [REFUSED] + [IGNORED] * 2


def test_time_fills_it_up_and_a_new_flood_is_told_again() -> None:
    kept = Allowances()
    assert [take(kept, "a") for _ in range(5)][-1] is IGNORED
    assert [take(kept, "a", minutes=0.5) for _ in range(3)] == [PASSES, REFUSED, IGNORED]
    assert [take(kept, "a", minutes=99) for _ in range(4)] == [PASSES] * 3 + [REFUSED]


def test_a_clock_that_goes_back_fills_nothing() -> None:
    kept = Allowances()
    assert [take(kept, "a", minutes=9) for _ in range(4)][-1] is REFUSED
    assert take(kept, "a", minutes=0) is IGNORED
    assert take(kept, "a", minutes=9.4) is IGNORED


def test_a_clock_that_was_put_back_keeps_nobody_waiting_until_it_has_caught_up() -> None:
    kept, day = Allowances(), 24 * 60
    assert [take(kept, "a") for _ in range(4)][-1] is REFUSED
    assert take(kept, "a", minutes=-day) is IGNORED
    assert take(kept, "a", minutes=-day + 1) is PASSES


def test_what_weighs_more_costs_more_and_what_nobody_can_pay_costs_all() -> None:
    kept = Allowances()
    assert [take(kept, "a", weight=2), take(kept, "a", weight=2), take(kept, "a")] == [PASSES, REFUSED, PASSES]
    assert take(kept, "b", weight=50) is PASSES
    assert take(kept, "b") is REFUSED


def test_all_who_are_asked_must_pay_and_none_pays_for_what_does_not_pass() -> None:
    kept = Allowances()
    assert [take(kept, "li", "group") for _ in range(3)] == [PASSES] * 3
    assert take(kept, "wang", "group") is REFUSED
    assert [take(kept, "wang") for _ in range(3)] == [PASSES] * 3


def test_a_group_has_several_allowances() -> None:
    kept = Allowances()
    verdicts = [kept.take(TEMPO, {f"p{number}": 1, "group": 3}, 1, MORNING) for number in range(10)]
    assert verdicts == [PASSES] * 9 + [REFUSED]


def test_no_limit_is_no_limit_and_memory_has_one() -> None:
    kept = Allowances()
    assert {kept.take(Tempo(), {"a": 1}, 9, MORNING) for _ in range(99)} == {PASSES}
    for number in range(KEPT_MAX + 50):
        take(kept, str(number))
    assert len(kept._buckets) == KEPT_MAX


async def test_a_flood_is_refused_once_and_then_ignored(chat: Chat) -> None:
    person = hurried(chat)
    answers = [await person.try_saying("清单") for _ in range(6)]
    assert [one is None for one in answers] == [False] * 4 + [True] * 2
    assert words(answers[3]) == "发得太快了，请稍等一会儿再发。"
    other = replace(person.other("2"), speaker=Speaker("2"))
    assert await other.try_saying("清单") is not None
    person.hour.at += timedelta(minutes=1)
    assert words(await person.try_saying("清单")).startswith("现成的清单")


async def test_a_flood_in_one_chat_is_the_same_persons_flood_in_another(chat: Chat) -> None:
    person = hurried(chat)
    for _ in range(3):
        await person.try_saying("清单")
    group = replace(person.other("-100"), kind=ChatKind.GROUP)
    assert "太快" in words(await group.try_saying("清单"))
    assert "太快" not in words(await replace(group, speaker=Speaker("somebody else")).try_saying("清单"))


async def test_studies_weigh_more(chat: Chat) -> None:
    person = hurried(chat, Tempo(burst=6, per_minute=1))
    await person.try_saying("研究")
    assert "太快" in words(await person.try_saying("对比 560850 159590"))
    assert "太快" not in words(await person.try_saying("清单"))


async def test_administrators_are_not_held_up(chat: Chat) -> None:
    person = hurried(chat, roles=Roles(admins=frozenset({"telegram:1"})))
    assert all([await person.try_saying("清单") for _ in range(9)])


@pytest.mark.parametrize("who", ["telegram:77", "telegram:{chat}"])
async def test_the_banned_are_met_with_silence(chat: Chat, who: str) -> None:
    person = replace(chat.other("9"), speaker=Speaker("77"))
    who = who.format(chat=person.address.chat)
    await chat.store.bans.add(who, "floods", Deed("telegram:3", chat.hour.at))
    assert await person.try_saying("关注 560850") is None
    assert await person.subscription() is None
    await chat.store.bans.remove(who, Deed("telegram:3", chat.hour.at))
    assert await person.try_saying("清单") is not None


async def test_an_owner_cannot_be_banned(chat: Chat) -> None:
    person = hurried(chat, roles=Roles(owners=frozenset({"telegram:1"})))
    await chat.store.bans.add("telegram:1", "", Deed("telegram:3", chat.hour.at))
    assert await person.try_saying("清单") is not None
    await chat.store.bans.remove("telegram:1", Deed("telegram:3", chat.hour.at))


@pytest.mark.parametrize(
    "text",
    ["\x00\x01关注\u200b 5608\u206050", "关注\ud800 560850", "\u202e关注 560850", "关注 560850\x07"],
)
async def test_what_nobody_types_is_not_read(chat: Chat, text: str) -> None:
    await chat.say(text)
    assert (await chat.subscription()).watched == {"560850"}


async def test_long_lines_are_refused_and_long_lists_of_codes_are_not(chat: Chat) -> None:
    assert "太长" in words(await chat.say("关注 " + "5" * TEXT_MAX))
    codes = " ".join(["560850"] * 100)
    assert len(codes) > TEXT_MAX
    assert "关注 +1" in words(await chat.say(codes))
    assert "太长" in words(await chat.say(" ".join(["560850"] * (PASTED_MAX // 7 + 9))))


NAMES = ["<b>x</b>", "[a](http://x)", "{ $word }", "*_`~", "&amp;", "</code>"]


@pytest.mark.parametrize("name", NAMES)
async def test_what_people_are_called_is_never_markup(chat: Chat, name: str) -> None:
    person = replace(chat, speaker=Speaker("5", name))
    for line in ("订阅", "设置", "列表", "导出"):
        await person.say(line)
    assert (await person.subscription()).title == name
    spans = [span for line in lines(await person.say(f"帮助 {name}")) for span in line.spans]
    assert any(name.split(maxsplit=1)[0] in span.text and span.style is Style.PLAIN for span in spans)
