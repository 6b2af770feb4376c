"""The gallery's page: complete in itself, and true to the three channels."""

import json
import re
from base64 import b64encode

import pytest

from bot.channels.telegram_markup import marked
from bot.gallery import Exhibit
from bot.gallery_page import body_of, page_of
from bot.messages.model import Button, Heading, Message, Picture, Table, code, line, paragraph, plain, strong, to_json
from bot.subscriptions import Language
from signals.core.text import Text
from tests.builders import LAST_DAY, moment

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8) + (3).to_bytes(4) + (2).to_bytes(4)
SAID = Message(
    blocks=(
        Heading("ETF信号提醒", 1),
        paragraph(line(strong("信创50ETF"), " ", code("560850")), line("溢价率 < 1% & 换手 > 3%", indent=1)),
        Table(("#", "基金"), ((strong("1"), strong("软件50ETF")),)),
        Picture(PNG, "一张图", dark=PNG + b"dark"),
    ),
    buttons=((Button("看日报", "/digest"),),),
)


def exhibit(section: str = "flow", kind: str = "inflow_streak", **said: Message) -> Exhibit:
    return Exhibit(
        section=section,
        kind=kind,
        title=Text("连续净流入", "Inflow streak"),
        reason="new",
        asof=moment(LAST_DAY),
        usual=True,
        messages={Language.ZH: SAID, Language.EN: plain("English </script> words")}
        | {Language(one): m for one, m in said.items()},
    )


@pytest.fixture(scope="module")
def page() -> str:
    return page_of([exhibit(), exhibit("digest", "evening")])


def test_it_needs_nothing_from_anywhere(page: str) -> None:
    addresses = re.findall(r"(?:src|href)=[\"']([^\"']*)", page)
    assert {one.partition(":")[0] if one.startswith("data:") else one[:1] for one in addresses} == {"data", "#"}
    assert "@import" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_every_kind_is_in_the_list_at_the_side_and_on_the_page(page: str) -> None:
    assert re.findall(r'<a href="#(\w+)"', page) == re.findall(r'<div class="kind" id="(\w+)"', page)
    assert re.findall(r'<div class="kind" id="(\w+)"', page) == ["inflow_streak", "evening"]


def test_telegram_shows_the_very_html_that_is_sent(page: str) -> None:
    sent = marked(Message(blocks=SAID.blocks[:3]))[0]
    assert "&lt; 1% &amp; 换手" in sent
    assert sent in page
    assert f"data:image/png;base64,{b64encode(PNG).decode()}" in page


def test_the_terminal_shows_bare_words(page: str) -> None:
    shown = re.findall(r'<div class="terminal">(.*?)</div>', page, re.DOTALL)
    assert "溢价率 &lt; 1% &amp; 换手 &gt; 3%" in shown[0]
    assert "English &lt;/script&gt; words" in shown[1]


def test_the_page_gets_the_blocks_that_the_chat_page_gets(page: str) -> None:
    bodies = [
        json.loads(one) for one in re.findall(r'<div class="room"><script type="application/json">(.*?)</script>', page)
    ]
    assert bodies == [body_of(SAID), to_json(plain("English </script> words"))] * 2
    assert body_of(SAID)["blocks"][:3] == to_json(SAID)["blocks"][:3]


def test_a_picture_is_inside_with_its_size_and_its_dark_twin() -> None:
    picture = body_of(SAID)["blocks"][3]
    assert (picture["width"], picture["height"], picture["alt"]) == (3, 2, "一张图")
    assert picture["dark"] != picture["src"]
    assert {one.partition(",")[0] for one in (picture["src"], picture["dark"])} == {"data:image/png;base64"}


def test_a_picture_without_a_dark_twin_has_none() -> None:
    assert body_of(Message(blocks=(Picture(PNG, "一张图"),)))["blocks"][0]["dark"] == ""


def test_the_chat_pages_own_style_and_script_are_in_it(page: str) -> None:
    assert "export function bubble(message, words)" in page
    assert ".theirs .muted { color: var(--muted)" in page
