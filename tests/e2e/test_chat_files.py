"""Files in and out, pictures at their full size, and other looks of a message."""

from typing import TYPE_CHECKING

import pytest

from bot.messages.model import Document, Message, Picture, paragraph, plain
from tests.e2e.conftest import DESKTOP, Tabs
from tests.e2e.reading import bubbles, shows, visible
from tests.e2e.setups import say
from tests.e2e.test_chat_look import sketch
from tests.web.digest import evening_digest
from tests.web.served import Served

if TYPE_CHECKING:
    pass

pytestmark = [pytest.mark.browser, pytest.mark.anyio]


@pytest.fixture
async def page(several: Served) -> Served:
    return several


async def test_a_file_goes_with_the_line(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab:
        await tab.set_input_files("#file", {"name": "规则.json", "mimeType": "application/json", "buffer": b"{}"})
        await visible(tab.locator("#attached"))
        await say(tab, "导入")
        await shows(tab.locator(".mine .card b"), "规则.json")
        await shows(bubbles(tab).last, "收到：导入")
        await visible(tab.locator("#attached"), wanted=False)
        assert page.service.heard[0].document == Document("规则.json", b"{}")


async def test_a_file_can_be_dropped_in_and_taken_out_again(tabs: Tabs, page: Served) -> None:
    drop = (
        "size => { const held = new DataTransfer(); held.items.add(new File(['x'.repeat(size)], 'a.csv'));"
        " for (const name of ['dragenter', 'drop']) document.querySelector('main').dispatchEvent("
        "new DragEvent(name, {dataTransfer: held, bubbles: true, cancelable: true})) }"
    )
    async with tabs.open() as tab:
        await tab.evaluate(drop, 10)
        await shows(tab.locator("#attached span"), "a.csv")
        await visible(tab.locator("#drop"), wanted=False)
        await tab.get_by_role("button", name="移除文件").click()
        await visible(tab.locator("#attached"), wanted=False)
        await tab.evaluate(drop, 256 * 1024 + 1)
        await shows(tab.locator("#notice"), "文件太大了，最多256 KB。")
        await visible(tab.locator("#attached"), wanted=False)
    assert page.service.heard == []


async def test_a_file_is_a_card_that_downloads(tabs: Tabs, page: Served) -> None:
    await page.push(Message(blocks=(paragraph("全部设置"), Document("设置.json", b"{}" * 1024, "3条规则"))))
    async with tabs.open() as tab:
        card = tab.get_by_role("link", name="设置.json")
        await shows(card.locator("small"), "3条规则 · 2.0 KB")
        async with tab.expect_download() as coming:
            await card.click()
        download = await coming.value
        assert download.suggested_filename == "设置.json"


async def test_a_picture_opens_large_and_escape_closes_it(tabs: Tabs, page: Served) -> None:
    await page.push(Message(blocks=(Picture(sketch("white"), "上涨比例"),)))
    async with tabs.open(viewport=DESKTOP) as tab:
        link = tab.get_by_role("link", name="上涨比例")
        await link.focus()
        await tab.keyboard.press("Enter")
        viewer = tab.get_by_role("dialog", name="查看图片")
        await visible(viewer.get_by_role("img", name="上涨比例"))
        box = await viewer.bounding_box() or {}
        assert (box["width"], box["height"]) == (DESKTOP["width"], DESKTOP["height"])
        await tab.keyboard.press("Escape")
        await visible(viewer, wanted=False)
        assert await link.evaluate("one => one === document.activeElement")


async def test_messages_are_shown_as_other_channels_would_send_them(tabs: Tabs, page: Served) -> None:
    await page.push(evening_digest())
    async with tabs.open() as tab:
        await visible(tab.get_by_role("table"))
        await tab.get_by_role("button", name="显示设置").click()
        await tab.get_by_role("radio", name="Telegram").check()
        await visible(tab.get_by_role("table"), wanted=False)
        await visible(tab.locator(".sent strong", has_text="信创50ETF").first)
        await shows(tab.locator(".sent code").first, "560850")
        await visible(tab.locator(".sent blockquote"), wanted=False)
        await tab.get_by_role("radio", name="纯文本").check()
        await visible(tab.locator(".sent strong"), wanted=False)
        await tab.keyboard.press("Escape")
        await page.push(plain("甲 <b>乙</b>"))
        await shows(tab.locator(".sent").last, "甲 <b>乙</b>")
        await tab.reload()
        await shows(tab.locator(".sent").last, "甲 <b>乙</b>")


async def test_a_message_in_several_parts_says_how_many(tabs: Tabs, page: Served) -> None:
    await page.push(Message(blocks=(paragraph(*("长" * 400 for _ in range(15))),)))
    async with tabs.open() as tab:
        await tab.get_by_role("button", name="显示设置").click()
        await tab.get_by_role("radio", name="Telegram").check()
        await shows(tab.locator(".note"), "分2条发送")
        assert await tab.locator("article .bubble").count() == 2


async def test_the_reader_may_choose_the_colours_himself(tabs: Tabs) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    async with tabs.open(color_scheme="light") as tab:
        light = await tab.evaluate(colour)
        await tab.get_by_role("button", name="显示设置").click()
        await tab.get_by_role("radio", name="深色").check()
        dark = await tab.evaluate(colour)
        assert dark != light
        await tab.reload()
        assert await tab.evaluate(colour) == dark
        await tab.get_by_role("button", name="显示设置").click()
        await tab.get_by_role("radio", name="跟随系统").check()
        assert await tab.evaluate(colour) == light


async def test_quick_changes_of_mind_show_nothing_twice(tabs: Tabs, page: Served) -> None:
    for number in range(50):
        await page.push(f"{number}")
    async with tabs.open(viewport=DESKTOP) as tab:
        await tab.get_by_role("button", name="显示设置").click()
        for name in ("Telegram", "纯文本", "聊天", "Telegram", "聊天"):
            await tab.get_by_role("radio", name=name).click(no_wait_after=True)
        await page.push("新")
        await shows(bubbles(tab).last, "新")
        said = await bubbles(tab).all_inner_texts()
        assert len(said) == len(set(said))
        assert said[-3:] == ["48", "49", "新"]
