"""Running the service by chat: who may, what is shown before it is saved, and what is written down."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.administration.menu import SUBS
from bot.commands.base import Right
from bot.poll import job_of
from bot.sources.datum import Round
from bot.sources.upstreams import Outcome
from bot.store.fetches import Fetch
from tests.commands.demo import MORNING, Hour, copied
from tests.commands.running import ADMIN, OWNER, STRANGER, Person, running
from tests.commands.said import said, words

pytestmark = pytest.mark.anyio

OWNERS_ONLY = {"broadcast", "maintenance", "backup"}
REFUSALS = ("Only administrators of the bot may use this command", "Only the owner of the bot may do this")


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that its tests leave as they found it."""
    return copied(tmp_path_factory, tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
async def owner(anyio_backend: str, unchanged: Path) -> AsyncIterator[Person]:
    """The owner of a service over it."""
    async with running(unchanged) as one:
        yield one


@pytest.mark.parametrize("person", [STRANGER, "", ADMIN, OWNER])
async def test_every_word_behind_the_command_by_every_role(owner: Person, person: str) -> None:
    speaker = owner.as_(person)
    for one in SUBS:
        for word in (one.name, one.chinese):
            text = await speaker.hears(f"/admin {word}")
            refused = any(each in text for each in REFUSALS)
            allowed = person == OWNER or (person == ADMIN and one.name not in OWNERS_ONLY)
            assert refused is not allowed, (person, word, text)
    menu = await speaker.hears("/admin")
    assert any(each in menu for each in REFUSALS) is (person in {STRANGER, ""})


def test_what_cannot_be_taken_back_is_the_owners() -> None:
    assert {one.name for one in SUBS if one.right is Right.OWNER} == OWNERS_ONLY
    assert {one.right for one in SUBS} == {Right.ADMIN, Right.OWNER}


async def test_the_menu_offers_what_its_reader_may_do_and_every_button_answers(database: Path) -> None:
    async with running(database) as owner:
        for person, language in ((OWNER, "zh-hans"), (ADMIN, "en")):
            speaker = owner.as_(person, language)
            menu = await speaker.say("/admin" if language == "en" else "管理员")
            commands = [one.command for row in menu.buttons for one in row]
            assert ("/admin backup" in commands) is (person == OWNER)
            for command in commands:
                answer = await speaker.say(command)
                assert "出了点问题" not in words(answer)
                assert "Something went wrong" not in words(answer)
                assert all(len(one.command.encode()) <= 62 for row in answer.buttons for one in row)
        assert menu.in_place
        assert "There is no “foo” here" in await owner.hears("/admin foo")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("/admin list nothing", "There is no list “nothing”"),
        ("/admin list new a/b", "“a/b” cannot be the name of a list"),
        ("/admin list new 宽基", "There is a list “宽基” already"),
        ("/admin list 宽基 dance", "“dance” is not understood"),
        ("/admin list 宽基 remove 560850", "Not in “宽基”: 560850"),
        ("/admin list 宽基 move x", "“x” is not a number"),
        ("/admin list 宽基 add", "Which funds?"),
        ("/admin list 宽基 publish", "That is how it is already"),
        ("/admin ok 99", "This change is settled"),
        ("/admin undo audit", "“audit” cannot be undone"),
        ("/admin thresholds inflow_streak min_dais 4", "There is no parameter “min_dais”. There are: min_days"),
        ("/admin thresholds inflow_streak min_days 0", "“0” is not possible"),
        ("/admin thresholds inflow_streak min_days 2.5", "“2.5” is not possible"),
        ("/admin thresholds inflow_streak tell loud", "“loud” is not possible; it must be alert, digest, off"),
        ("/admin thresholds inflow_shock percentile 120%", "“120%” is not possible"),
        ("/admin thresholds inflow_shock min_flow_cny 0", "“0” is not possible"),
        ("/admin limits max_watched 0", "subscribers.max_watched cannot be 0; it must be 1 to 2000"),
        ("/admin limits nothing 3", "There is no limit “nothing”"),
        ("/admin sources nobody ask", "There is no source or host “nobody”"),
        ("/admin run noon", "There is no round “noon”"),
        ("/admin skip close", "Give the reason"),
        ("/admin subscribers #99", "“#99” was not found"),
        ("/admin broadcast send 9", "There is no broadcast 9"),
        ("/admin broadcast list=没有 x", "There is no list “没有”"),
        ("/admin bans add telegram:7", "Say why telegram:7 is to be banned"),
        ("/admin bans add nobody floods", "“nobody” is not understood"),
        ("/admin bans add #99 floods", "“#99” was not found"),
        ("/admin bans add telegram:2 rude", "telegram:2 runs the bot and cannot be banned"),
        ("/admin bans add telegram:3 rude", "telegram:3 runs the bot and cannot be banned"),
        ("/admin bans remove telegram:7", "telegram:7 is not banned"),
        ("/admin bans dance", "“dance” is not understood"),
        ("/admin quarantine 9", "there is no refused table 9"),
        ("/admin maintenance maybe", "/admin maintenance on"),
    ],
)
async def test_what_cannot_be_done_is_said_and_changes_nothing(owner: Person, text: str, complaint: str) -> None:
    before = await owner.store.audit.recent(5)
    assert complaint in await owner.hears(text)
    assert await owner.store.audit.recent(5) == before
    assert await owner.store.changes.overrides() == {}


async def test_limits_count_at_once_and_are_reset(database: Path) -> None:
    async with running(database) as owner:
        await owner.presses(await owner.say("/admin limits max_watched 1"), "Confirm")
        assert "1" in await owner.hears("/watch 560850 159590")
        assert await owner.store.subscriptions.find("telegram", owner.chat.address.chat) is None
        await owner.presses(await owner.say("/admin limits rules.max_rules 0"), "Confirm")
        await owner.hears("/admin limits")
        assert owner.chat.desk.world.rules.plan.max_rules == 0
        await owner.presses(await owner.say("/admin limits max_watched reset"), "Confirm")
        assert "信创50ETF" in await owner.hears("/watch 560850 159590")


async def test_sources_are_told_left_alone_and_asked_again(database: Path) -> None:
    async with running(database) as owner:
        upstreams = owner.chat.desk.world.upstreams
        for source, outcome in (("etf_nav.em", Outcome.TABLE), ("etf_shares.sse", Outcome.UNAVAILABLE)):
            host = f"{source}.example"
            await owner.store.fetches.add(
                Fetch(
                    at=MORNING, datum=source, source=source, host=host, day=MORNING.date(), outcome=outcome,
                    requests=2, seconds=1.0, rows=3, detail="",
                )
            )  # fmt: skip
            upstreams.note(host, outcome, MORNING)
        lines = said(await owner.say("/admin sources"))
        assert lines[1] == "etf_nav.em  fine (02-12 09:20)  etf_nav.em.example 2 today"
        rested = await owner.say("/admin sources etf_nav.em.example rest 90")
        assert "etf_nav.em  fine (02-12 09:20)  etf_nav.em.example 2 today, not asked until 02-12 10:50" in said(rested)
        assert upstreams.refusal("etf_nav.em.example", MORNING) is not None
        await owner.presses(rested, "Ask etf_nav")
        assert upstreams.refusal("etf_nav.em.example", MORNING) is None
        await owner.say("/admin sources etf_shares.sse rest 30")
        assert upstreams.postponed("etf_shares.sse", MORNING)
        await owner.say("/admin sources etf_shares.sse ask")
        assert not upstreams.postponed("etf_shares.sse", MORNING)
        assert [one.who for one in await owner.store.audit.recent(9)] == ["telegram:3"] * 4


async def test_the_timetable_is_told_run_and_skipped(database: Path) -> None:
    async with running(database) as owner:
        due = MORNING.replace(hour=8, minute=30)
        await owner.store.runs.finish(job_of(Round.MORNING), due, MORNING, "")
        lines = said(await owner.say("/admin timetable"))
        assert lines[1:4] == [
            "02-12 08:30  morning  done (02-12 09:20) ✓",
            "02-12 08:55  morning  not done yet",
            "02-12 16:20  close  to come",
        ]
        assert "within a minute" in await owner.hears("/admin run close")
        assert "evening (02-12 22:00) will be skipped" in await owner.hears(
            "/admin skip evening 22:00 the exchange is late"
        )
        assert "evening (02-12 20:00) will be skipped" in await owner.hears("/admin skip 晚间 again")
        lines = said(await owner.say("/admin timetable"))
        assert "02-12 22:00  evening  done (02-12 09:20) skipped: the exchange is late" in lines
        assert list(await owner.store.changes.overrides()) == ["slots.close@2025-02-11T16:20:00+08:00"]


async def test_a_back_up_is_made_beside_the_database(database: Path) -> None:
    async with running(database) as owner:
        text = await owner.hears("/admin backup")
        assert text.startswith("Copied and checked: demo-20250212-092000.db")
        (copy,) = (database.parent / "backups").iterdir()
        assert copy.stat().st_size > 1_000_000


async def test_maintenance_is_told_kindly_and_survives_a_restart(database: Path) -> None:
    async with running(database) as owner:
        shown = await owner.say("/admin maintenance on polls=off 升级中，\n十点回来。")
        assert "Polls and digests: stopped; sending: go on. Whoever asks is told:" in said(shown)
    async with running(database) as owner:
        assert await owner.as_(STRANGER).hears("560850") == "升级中，\n十点回来。"
        assert "信创" in await owner.hears("560850")
        maintenance = (await owner.chat.desk.present()).maintenance
        assert maintenance is not None
        assert (maintenance.polls, maintenance.sends) == (False, True)
        await owner.say("/admin maintenance off")
        assert "信创" in await owner.as_(STRANGER).hears("560850")
        assert [one.who for one in await owner.store.audit.recent(9)] == ["telegram:3"] * 2


async def test_maintenance_without_words_has_its_own(database: Path) -> None:
    async with running(database) as owner:
        await owner.say("/admin maintenance on")
        assert "正在维护" in await owner.as_(STRANGER, "zh-hans").hears("/help")


async def test_administrators_may_paste_more_than_others(database: Path) -> None:
    async with running(database) as owner:
        long = "/admin list 宽基 import " + " ".join(["510300"] * 200)
        assert "Save this change?" in await owner.hears(long)
        assert "500" in await owner.as_(STRANGER).hears(long)


async def test_nobody_runs_a_service_without_an_office(database: Path) -> None:
    async with running(database, Hour()) as owner:
        person = Person(owner.chat.alone(77), STRANGER)
        assert "Only administrators of the bot" in await person.hears("/admin lists")
