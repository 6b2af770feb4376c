"""Nothing is lost, doubled or held up while a fifth of all chats and the server itself are sick."""

import asyncio
import math
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.base import Incoming
from bot.commands import load_commands
from bot.commands.answer import Answerer
from bot.deliveries import NOBODY_KNOWS, Address, Priority, State
from bot.messages.model import plain
from bot.store.tables import DELIVERIES
from bot.subscriptions import Subscription
from tests.bot.publishers import world_of
from tests.bot.serving import Hand, desk_of
from tests.delivery.hurry import hurried
from tests.delivery.post import REPEATED, Post, fresh, post_over
from tests.delivery.storm import Fate, fates
from tests.fakes.bot_api_load import OK, Entry, LoadApi

WAVES = (Priority.ALERT, Priority.DIGEST, Priority.ALERT)
SEED = 15

PER_SECOND = 24
"""Messages left, a little less than may be sent: healthy ones and retries together."""


@dataclass
class Storm:
    """What a run leaves behind."""

    fates: list[Fate]
    left_at: list[float] = field(default_factory=list)
    """When each wave was left."""
    journal: list[Entry] = field(default_factory=list)
    ended: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)
    """State and reason of each delivery, by wave and chat of the beginning."""
    before: dict[str, Subscription] = field(default_factory=dict)
    after: dict[str, Subscription] = field(default_factory=dict)
    resumed: dict[str, list[Entry]] = field(default_factory=dict)
    """What chats got that were gone and have said /start."""


def _words(wave: int, chat: str) -> str:
    return f"消息{wave}：{chat}"


async def _run(path: Path, many: int, *, faults: bool) -> Storm:
    storm = Storm(fates(many, SEED))
    async with LoadApi() as api:
        if faults:
            for one in storm.fates:
                api.plan(one.chat, [*[None] * one.after, *one.faults])
            # As often as a busy bot may meet it: a second of every hundred.
            third = many / PER_SECOND / 3
            api.spells = [(third, third + 1.0 + third / 20), (2 * third, 2 * third + 1.0)]
        async with post_over(api, path) as post:
            places = [Address(one.chat) for one in storm.fates]
            made = await post.subscribe(places, watched=frozenset({"510300"}), silent_digest=True)
            ids = {place.chat: key for place, key in made.items()}
            storm.before = {one.chat: one for one in (await post.subscriptions()).values()}
            for number, priority in enumerate(WAVES):
                storm.left_at.append(asyncio.get_running_loop().time())
                messages = [(ids[one.chat], plain(_words(number, one.chat))) for one in storm.fates]
                await post.leave(messages, priority, batch=str(number))
                await post.until(post.over, many / PER_SECOND + 900)
            after = await post.subscriptions()
            storm.after = {chat: after[key] for chat, key in ids.items()}
            storm.journal = list(api.journal)
            await _ended(post, storm, ids)
            if faults:
                await _resume(post, api, storm)
    return storm


async def _ended(post: Post, storm: Storm, ids: dict[str, int]) -> None:
    chats = {key: chat for chat, key in ids.items()}
    for row in await post.rows(select(DELIVERIES)):
        storm.ended[int(row.batch), chats[row.subscription_id]] = row.state, row.error


async def _resume(post: Post, api: LoadApi, storm: Storm) -> None:
    """Everybody who is gone comes back and says /start."""
    gone = [one.chat for one in storm.fates if not storm.after[one.chat].active]
    answer = Answerer(desk=desk_of(world_of(post.store), Hand(post.now())), registry=load_commands())
    began = len(api.journal)
    for chat in gone:
        api.reopen(chat)
        said = await answer(Incoming(channel="telegram", address=Address(chat), text="/start done"))
        assert said is not None
    await post.until(post.over, 600)
    storm.resumed = {chat: [one for one in api.journal[began:] if one.chat == chat] for chat in gone}


def _calls(storm: Storm) -> dict[str, list[Entry]]:
    """What was asked for each chat, in order, wherever it lived."""
    lived = {address: one.chat for one in storm.fates for address in (one.chat, one.moved_to)}
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in storm.journal:
        found[lived[entry.chat]].append(entry)
    return found


def _is_spell(entry: Entry, fate: Fate) -> bool:
    return entry.said.startswith("Too Many") and fate.kind != "flooded"


def _check_message(wave: int, calls: list[Entry], ended: tuple[str, str], *, gone: bool) -> None:
    """One message for one chat: it is there once, or marked, or known to be lost."""
    state, reason = ended
    mine = [one for one in calls if _words(wave, "") in one.text]
    arrived, lost = [one for one in mine if one.taken], [one for one in mine if not one.said]
    marks = [REPEATED in one.text for one in mine]
    # What follows a lost answer says that it may be the second, and nothing else does.
    losses_before = [any(not one.said for one in mine[:at]) for at in range(len(mine))]
    assert marks == losses_before, calls
    assert len(arrived) <= 1 + len(lost)
    match state:
        case State.SENT:
            assert mine[-1].said == OK
            assert mine[-1].taken
        case State.DEAD if reason.startswith(NOBODY_KNOWS):
            assert len(lost) == (1 if WAVES[wave] is Priority.DIGEST else 2)
        case State.DEAD:
            assert gone
            assert (reason, mine[-1].said) == (reason, reason)
        case _:
            assert gone
            assert not mine


def _check_chat(fate: Fate, calls: list[Entry], storm: Storm) -> None:
    gone = fate.kind == "gone"
    for wave in range(len(WAVES)):
        _check_message(wave, calls, storm.ended[wave, fate.chat], gone=gone)
    kept, stored = storm.before[fate.chat], storm.after[fate.chat]
    planned = fate.after + len(fate.faults) + len(WAVES)
    assert sum(not _is_spell(one, fate) for one in calls) <= planned
    refusal = next((one for one in calls if one.said not in {OK, ""} and not _is_spell(one, fate)), None)
    match fate.kind:
        case "gone":
            assert refusal is calls[-1], "nothing is asked of a chat that is gone"
            assert stored == replace(kept, active=False, paused_reason=refusal.said)
            _check_return(fate, storm)
        case "moved":
            assert refusal is not None
            assert all(one.chat == fate.moved_to for one in calls[calls.index(refusal) + 1 :])
            assert stored == replace(kept, chat=fate.moved_to)
        case "markup":
            assert refusal is not None
            since = calls[calls.index(refusal) + 1 :]
            assert [one for one in calls if one.plain] == [one for one in since if one.text == refusal.text]
            assert stored == kept
        case _:
            assert stored == kept


def _check_return(fate: Fate, storm: Storm) -> None:
    """What waited for a chat that came back arrives, each once, the most urgent first."""
    left = [wave for wave in range(len(WAVES)) if storm.ended[wave, fate.chat][0] == State.PENDING]
    back = storm.resumed[fate.chat]
    assert [one.text for one in back] == [_words(wave, fate.chat) for wave in sorted(left, key=WAVES.__getitem__)]
    assert all(one.taken for one in back)


def _p99_seconds(storm: Storm) -> float:
    """How long healthy chats waited for their messages, by the server's journal."""
    healthy = {one.chat for one in storm.fates if one.kind == "healthy"}
    waited = sorted(
        one.at - storm.left_at[wave]
        for one in storm.journal
        if one.taken and one.chat in healthy
        for wave in range(len(WAVES))
        if _words(wave, "") in one.text
    )
    assert len(waited) == len(WAVES) * len(healthy)
    return waited[math.ceil(0.99 * len(waited)) - 1]


@pytest.mark.parametrize("many", [150, pytest.param(10_000, marks=pytest.mark.slow)])
def test_nothing_is_lost_or_doubled_in_a_storm_and_the_healthy_do_not_wait(many: int, tmp_path: Path) -> None:
    calm = hurried(lambda: _run(fresh(tmp_path / "calm.db"), many, faults=False))
    storm = hurried(lambda: _run(fresh(tmp_path / "storm.db"), many, faults=True))
    assert sum(one.kind == "healthy" for one in storm.fates) >= 0.7 * many
    calls = _calls(storm)
    for fate in storm.fates:
        _check_chat(fate, calls[fate.chat], storm)
    assert any(entry.said.startswith("Too Many") for entry in storm.journal)
    assert _p99_seconds(storm) <= 2 * _p99_seconds(calm)
