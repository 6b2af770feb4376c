"""The page as a chat app: buttons that change their message, several people, nothing lost on the way."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.channels.base import Incoming
from bot.messages.model import Message
from tests.e2e.conftest import DESKTOP, Tabs
from tests.e2e.reading import bubbles, shows, until, visible
from tests.e2e.setups import begin, say
from tests.web.served import Served

if TYPE_CHECKING:
    from playwright.async_api import Route

pytestmark = [pytest.mark.browser, pytest.mark.anyio]


@pytest.fixture
async def page(several: Served) -> Served:
    return several


async def test_buttons_lead_through_a_set_up_in_one_bubble(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab, tabs.open() as other:
        await begin(tab, page)
        for number in (2, 3):
            await tab.get_by_role("button", name="下一步").click()
            await shows(bubbles(tab), "/setup", f"第{number}步")
            await shows(bubbles(other), "/setup", f"第{number}步")
        await tab.get_by_role("button", name="退出").click()
        await shows(bubbles(tab), "/setup", "第3步", "退出", "再见")
        await tab.reload()
        await shows(bubbles(tab), "/setup", "第3步", "退出", "再见")


@pytest.mark.parametrize("seconds", [0.0, 0.4])
async def test_whoever_presses_with_the_keyboard_stays_on_the_button(tabs: Tabs, page: Served, seconds: float) -> None:
    async def later(route: "Route") -> None:
        # Longer than the browser takes to notice that the button in use is no button for the moment.
        await asyncio.sleep(seconds)
        await route.continue_()

    async with tabs.open(viewport=DESKTOP) as tab:
        await begin(tab, page)
        await tab.route("**/say", later)
        await tab.get_by_role("button", name="下一步").focus()
        for number in (2, 3):
            await tab.keyboard.press("Enter")
            await shows(bubbles(tab), "/setup", f"第{number}步")
            await until(tab, "document.activeElement.textContent === '下一步'")


async def test_a_button_that_is_no_longer_offered_says_so_and_does_nothing(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab:
        await begin(tab, page)
        heard = len(page.service.heard)
        await tab.evaluate("document.querySelector('[data-press]').dataset.press = '/admin stop'")
        await tab.get_by_role("button", name="下一步").click()
        await shows(tab.locator("#notice"), "这个按钮已失效，请使用最新消息里的按钮，或直接输入命令。")
        await shows(bubbles(tab), "/setup", "第1步")
        assert len(page.service.heard) == heard
    tabs.forgive("409")


async def test_a_copying_button_copies_and_says_nothing(tabs: Tabs, page: Served) -> None:
    async with tabs.open(permissions=["clipboard-read", "clipboard-write"]) as tab:
        await begin(tab, page)
        heard = len(page.service.heard)
        await tab.get_by_role("button", name="复制代码").click()
        await shows(tab.locator("#said"), "已复制")
        assert await tab.evaluate("navigator.clipboard.readText()") == "560850"
        assert len(page.service.heard) == heard
        await visible(tab.get_by_role("button", name="复制代码"))


async def test_buttons_have_the_colours_that_they_mean(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab:
        await begin(tab, page)
        colours = [
            await tab.get_by_role("button", name=name).evaluate(
                "one => getComputedStyle(one).backgroundColor + getComputedStyle(one).color"
            )
            for name in ("下一步", "退出", "复制代码")
        ]
        assert len(set(colours)) == 3


async def test_everybody_has_a_chat_of_his_own(tabs: Tabs, page: Served) -> None:
    async with tabs.open(viewport=DESKTOP) as tab:
        await say(tab, "甲")
        await shows(bubbles(tab), "甲", "收到：甲")
        await tab.locator("aside [data-room=wang]").click()
        await shows(tab.locator("#who"), "身份：小王")
        await shows(bubbles(tab))
        await say(tab, "乙")
        await shows(bubbles(tab), "乙", "收到：乙")
        assert [(one.address.chat, one.speaker.id) for one in page.service.heard] == [("me", "me"), ("wang", "wang")]
        await tab.reload()  # the chat that was open is open again
        await shows(bubbles(tab), "乙", "收到：乙")
        await tab.locator("aside [data-room=me]").click()
        await shows(bubbles(tab), "甲", "收到：甲")


async def test_in_a_group_the_reader_chooses_as_whom_he_speaks(tabs: Tabs, page: Served) -> None:
    async with tabs.open(viewport=DESKTOP) as tab:
        await tab.locator("aside [data-room=group]").click()
        await shows(tab.get_by_role("heading", level=1), "软件群")
        await say(tab, "甲")
        await shows(tab.locator(".mine .bubble"), "甲")
        await tab.get_by_role("radio", name="小王").check(force=True)
        await say(tab, "乙")
        await shows(tab.locator(".mine .bubble"), "乙")  # whoever speaks sees his own at the right
        await shows(bubbles(tab), "甲", "收到：甲", "乙", "收到：乙")
        told = [(one.speaker.name, one.kind, await one.may_set_up()) for one in page.service.heard]
        assert told == [("我", "group", True), ("小王", "group", False)]


async def test_what_came_elsewhere_is_counted_until_it_is_read(tabs: Tabs, page: Served) -> None:
    async with tabs.open(viewport=DESKTOP) as tab:
        count = tab.locator("aside [data-room=wang] .count")
        await visible(count, wanted=False)
        await page.push("快讯一", "wang")
        await page.push("快讯二", "wang")
        await shows(count, "2")
        await until(tab, "document.title.startsWith('(2) ')")
        await tab.reload()
        await shows(count, "2")
        await tab.locator("aside [data-room=wang]").click()
        await visible(count, wanted=False)
        await until(tab, "!document.title.startsWith('(')")
        await tab.locator("aside [data-room=me]").click()
        await page.push("快讯三", "wang")
        await shows(count, "1")
        await tab.locator("aside [data-room=wang]").click()
        await shows(tab.locator(".new"), "以下是新消息")
        await shows(tab.locator(".new + article .bubble, .new + .day + article .bubble"), "快讯三")
        await say(tab, "知道了")
        await visible(tab.locator(".new"), wanted=False)


async def test_on_a_phone_the_chats_are_a_sheet(tabs: Tabs, page: Served) -> None:
    await page.push("快讯", "wang")
    async with tabs.open() as tab:
        await visible(tab.locator("aside"), wanted=False)
        await shows(tab.locator("#to-rooms .count"), "1")
        await tab.get_by_role("button", name="会话").click()
        sheet = tab.get_by_role("dialog", name="会话")
        await sheet.get_by_role("button", name="小王").click()
        await visible(sheet, wanted=False)
        await shows(bubbles(tab), "快讯")
        await tab.get_by_role("button", name="会话").click()
        await tab.keyboard.press("Escape")
        await visible(sheet, wanted=False)


async def test_an_answer_on_its_way_is_seen_to_be_written(tabs: Tabs, page: Served) -> None:
    ready = asyncio.Event()

    async def slow(incoming: Incoming) -> Message:
        await ready.wait()
        return await page.service.answer(incoming)

    page.channel._answer = slow
    async with tabs.open(viewport=DESKTOP) as tab:
        await say(tab, "慢")
        await visible(tab.locator("#typing"))
        await tab.locator("aside [data-room=wang]").click()
        await visible(tab.locator("#typing"), wanted=False)
        await tab.locator("aside [data-room=me]").click()
        await visible(tab.locator("#typing"))
        ready.set()
        await shows(bubbles(tab), "慢", "收到：慢")
        await visible(tab.locator("#typing"), wanted=False)


async def test_what_did_not_get_through_can_be_sent_again_or_dropped(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab:
        await tab.route("**/say", lambda route: route.abort())
        await say(tab, "听得到吗")
        await visible(tab.locator("[data-state=failed]"))
        await tab.get_by_role("button", name="重新发送").click()
        await visible(tab.locator("[data-state=failed]"))
        await tab.unroute("**/say")
        await tab.get_by_role("button", name="重新发送").click()
        await shows(bubbles(tab), "听得到吗", "收到：听得到吗")
        await tab.route("**/say", lambda route: route.abort())
        await say(tab, "算了")
        await tab.get_by_role("button", name="删除").click()
        await shows(bubbles(tab), "听得到吗", "收到：听得到吗")
    tabs.forgive("ERR_FAILED")


async def test_earlier_lines_come_back_with_the_arrow_up(tabs: Tabs, page: Served) -> None:
    async with tabs.open(viewport=DESKTOP) as tab:
        for text in ("甲", "乙"):
            await say(tab, text)
            await shows(bubbles(tab).last, f"收到：{text}")
        values = []
        for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"):
            await tab.keyboard.press(key)
            values.append(await tab.input_value("#input"))
        assert values == ["乙", "甲", "甲", "乙", ""]
        await tab.keyboard.type("丙")
        await tab.keyboard.press("ArrowUp")
        assert await tab.input_value("#input") == "丙"


async def test_a_search_leads_to_what_was_said(tabs: Tabs, page: Served) -> None:
    await page.push("很久以前的针")
    for number in range(60):
        await page.push(f"草{number}")
    async with tabs.open() as tab:
        await tab.get_by_role("button", name="搜索聊天记录").click()
        await tab.keyboard.type("针")
        await shows(tab.locator("#found-count"), "找到1条")
        await tab.locator("#found button").click()
        found = tab.locator("article", has_text="很久以前的针")
        await visible(found)
        await until(tab, "document.activeElement.tagName === 'ARTICLE'")
        await visible(tab.locator("#search"), wanted=False)


async def test_only_who_runs_the_service_is_shown_its_commands(tabs: Tabs, page: Served) -> None:
    page.channel.menu = (*page.channel.menu, replace(page.channel.menu[0], name="admin", quick=False, admin=True))
    async with tabs.open(viewport=DESKTOP) as tab:
        await tab.locator("#input").fill("/adm")
        await visible(tab.locator("#menu button", has_text="/admin"))
        await tab.locator("#input").fill("")
        await tab.locator("aside [data-room=wang]").click()
        await tab.locator("#input").fill("/adm")
        await visible(tab.locator("#menu"), wanted=False)
