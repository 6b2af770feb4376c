"""Whatever a reader chooses and whatever is missing: his funds alone, every gap by name, every figure with its day."""

import re
from collections.abc import Iterator
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_markup import LIMIT, units
from bot.messages.digest import DigestLimits, DigestWriter, Edition
from bot.messages.model import Block, Heading, Message, Paragraph, Style, Table
from bot.messages.wishes import DigestWishes, RulesTold
from bot.preferences import Layout, Length, Section
from bot.subscriptions import Language
from signals import load_detectors
from signals.core.snapshot import Snapshot
from tests.builders import LAST_DAY, Market, market
from tests.commands.said import lines, said
from tests.fakes.bot_api import TOKEN

DETECTORS = {name: one() for name, one in load_detectors().items()}
SSE, SZSE = ("560850", "562570", "562030"), ("159590", "159899", "159915")
FUNDS = (*SSE, *SZSE)
UNKNOWN = "599999"
SOURCES = (
    *(
        f"{dataset}.{scope}"
        for dataset in ("etf_daily", "etf_nav", "etf_shares", "margin")
        for scope in ("sse", "szse")
    ),
    "index_daily.all",
)
NAMES = {"etf_daily": "行情", "index_daily": "指数", "etf_nav": "净值", "margin": "两融", "etf_shares": "份额"}
DATE = re.compile(r"\d\d-\d\d")
FIGURE = re.compile(r"\d(?:\.\d+)?(?:%|万|亿|元|日)|\d\.\d\d|条规则")
"""Money, ratios, prices, lengths; codes and counts of funds are none."""


def names(number: int) -> dict[str, str]:
    of_group = {"index_code": "931247", "index_name": "中证信创"} if number % 2 else {}
    return {"name": f"基金{'甲乙丙丁戊己'[number]}", **of_group}


@cache
def world() -> Market:
    """Six funds of both exchanges that go up and down, three of them on one index; margin and the main indices."""
    made = market(25)
    for number, code in enumerate(FUNDS):
        wave = [1 + 0.02 * number + 0.01 * ((at * (number + 2)) % 7) for at in range(25)]
        shares = [2e8 + 1e6 * ((at * (number + 3)) % 11) for at in range(25)]
        made = made.fund(
            code, words=names(number), close=wave, nav=wave, iopv=wave, shares=shares, volume=1e8, amount=2e8
        )
    for code in ("000001", "399001", "399006"):
        made = made.index(code, [3000 + at * 7 % 11 for at in range(25)])
    for exchange in ("SSE", "SZSE"):
        made = made.margin(exchange, financing=[9e11 + 1e8 * at for at in range(25)], short=1e10, total=9.1e11)
    return made


@cache
def writer(missing: frozenset[str]) -> DigestWriter:
    """Over what is known when some sources have not told of the last session."""
    kept = [one for one in world().snapshots() if not _late(one, missing)]
    empty = Market(sessions=world().sessions)
    return DigestWriter(empty.panel(*kept), DETECTORS, DigestLimits(max_funds=4), today=LAST_DAY)


def _late(one: Snapshot, missing: frozenset[str]) -> bool:
    return one.day == LAST_DAY and one.source in missing


def lacking(missing: frozenset[str]) -> set[str]:
    """How the gaps are called."""
    found = set()
    for dataset, name in NAMES.items():
        scopes = [scope for scope in ("sse", "szse", "all") if f"{dataset}.{scope}" in missing]
        exchanges = "、".join({"sse": "沪", "szse": "深"}[scope] for scope in scopes if scope != "all")
        whole = len(scopes) == 2 and dataset != "etf_shares"
        if scopes:
            found.add(f"02-11{name}" + ("" if whole or not exchanges else f"（{exchanges}）"))
    return found


def named_missing(message: Message, length: Length) -> set[str]:
    if length is Length.SHORT:
        told = re.search("尚未公布：(.*)", said(message)[1])
        return set(re.split(r"、(?=\d)", told[1])) if told else set()
    for block in message.blocks:
        if isinstance(block, Paragraph) and block.lines[0].text == "尚未公布":
            return {one.text for one in block.lines[1:]}
    return set()


def sections(message: Message) -> Iterator[tuple[str, Block]]:
    heading = ""
    for block in message.blocks:
        if isinstance(block, Heading):
            heading = block.text
        else:
            yield heading, block


def codes(block: Block) -> set[str]:
    if isinstance(block, Paragraph):
        return {span.text for one in block.lines for span in one.spans if span.style is Style.CODE}
    return (
        {cell.text for row in block.rows for cell in row if cell.style is Style.CODE}
        if isinstance(block, Table)
        else set()
    )


def undated(message: Message, missing: frozenset[str]) -> list[str]:
    """Lines with figures and no day, nor one in the heading over them (a whole week's) or the line over the table."""
    found, days = list[str](), ""
    for heading, block in sections(message):
        if isinstance(block, Table):
            found += [] if DATE.search(days) else [days]
            continue
        assert isinstance(block, Paragraph)
        days = block.lines[-1].text
        of_week = DATE.search(heading) if not heading.startswith("ETF资金日报") else None
        found += [
            one.text
            for one in block.lines
            if FIGURE.search(one.text) and not DATE.search(one.text) and not (of_week and _whole(one.text, missing))
        ]
    return found


def _whole(text: str, missing: frozenset[str]) -> bool:
    """Whether a week's figures can be those of all its sessions, and are no figures of a single one."""
    if re.search(r"净流|资金", text) and missing >= {"etf_shares.sse", "etf_shares.szse"}:
        return False
    if "融资余额" in text and any(one.startswith("margin") for one in missing):
        return False
    return not re.search(r"\d\.\d{3} |条规则", text)


@settings(max_examples=150, deadline=None)
@given(
    edition=st.sampled_from(Edition),
    missing=st.sampled_from(
        [frozenset(), frozenset(SOURCES), *(frozenset({one}) for one in SOURCES), frozenset(SOURCES[4:])]
    ),
    funds=st.frozensets(st.sampled_from([*FUNDS, UNKNOWN])),
    chosen=st.frozensets(st.sampled_from(Section)),
    length=st.sampled_from(Length),
    layout=st.sampled_from(Layout),
    today=st.booleans(),
)
def test_every_digest_keeps_its_promises(
    *,
    edition: Edition,
    missing: frozenset[str],
    funds: frozenset[str],
    chosen: frozenset[Section],
    length: Length,
    layout: Layout,
    today: bool,
) -> None:
    wishes = DigestWishes(
        funds=funds, sections=chosen, length=length, layout=layout, today=today, week=True, rules=RulesTold(2)
    )
    message = writer(missing).write(edition, wishes)
    assert named_missing(message, length) == lacking(missing)
    assert undated(message, missing) == []
    for heading, block in sections(message):
        if "关注" in heading:
            assert codes(block) <= funds
    if length is Length.SHORT:
        others = [one for one in lines(message) if not one.text.startswith("看点")]
        assert {
            code for one in others for span in one.spans if span.style is Style.CODE for code in [span.text]
        } <= funds
    if chosen == {Section.FUNDS}:
        assert set().union(*(codes(block) for _, block in sections(message))) <= funds
    text = "\n".join(said(message))
    assert not re.search(r"\bnan\b|\binf\b|None|[{}]", text)
    english = writer(missing).write(edition, DigestWishes(**{**_fields(wishes), "language": Language.EN}))  # type: ignore[arg-type]
    assert len(said(english)) == len(said(message))
    parts = TelegramChannel(TOKEN).render(message)
    assert all(0 < units(part.markup) <= LIMIT for part in parts)


def _fields(wishes: DigestWishes) -> dict[str, object]:
    return {name: getattr(wishes, name) for name in wishes.__dataclass_fields__}
