from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.messages.model import Button, Message, plain
from tests.e2e.conftest import DESKTOP, Tabs
from tests.e2e.reading import bubbles, shows, until, visible
from tests.e2e.setups import say
from tests.web.digest import evening_digest
from tests.web.memory import MemoryTranscript
from tests.web.served import Served

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.anyio]


async def place(tab: "Page") -> tuple[float, float]:
    """How far the reader has scrolled, and how much there is below him."""
    top, below = await tab.evaluate(
        "(({scrollTop, scrollHeight, clientHeight}) => [scrollTop, scrollHeight - clientHeight - scrollTop])"
        "(document.querySelector('#scroller'))"
    )
    return top, below


async def scroll_to(tab: "Page", top: int) -> None:
    await tab.evaluate("top => document.querySelector('#scroller').scrollTop = top", top)
    await tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def fill(page: Served, count: int) -> None:
    for number in range(count):
        await page.push(f"第{number}条")


async def test_a_line_is_said_and_answered(tabs: Tabs) -> None:
    async with tabs.open() as tab:
        await visible(tab.get_by_text("还没有消息。"))
        await tab.get_by_label("消息", exact=True).fill("/etf 560850")
        await tab.get_by_label("发送").click()
        await shows(bubbles(tab), "/etf 560850", "收到：/etf 560850")
        await visible(tab.get_by_text("还没有消息。"), wanted=False)
        assert await tab.input_value("#input") == ""


async def test_what_is_not_kept_any_more_is_not_shown_any_more(tabs: Tabs, page: Served) -> None:
    page.service.replies["/forget sure"] = replace(plain("已全部删除"), afresh=True)
    await fill(page, 3)
    async with tabs.open() as tab:
        await shows(bubbles(tab), "第0条", "第1条", "第2条")
        # As the store leaves it: numbers are not given again.
        page.transcript.entries[:] = [replace(page.transcript.entries[-1], chat="")]
        await say(tab, "/forget sure")
        await shows(bubbles(tab), "/forget sure", "已全部删除")
        await say(tab, "列表")
        await shows(bubbles(tab), "/forget sure", "已全部删除", "列表", "收到：列表")


async def test_everything_can_be_done_without_a_mouse(tabs: Tabs, page: Served) -> None:
    page.service.replies["/digest 560850"] = Message(
        blocks=plain("日报").blocks, buttons=((Button("两融", "/margin"),),)
    )
    async with tabs.open(viewport=DESKTOP) as tab:
        await tab.keyboard.type("/")
        await visible(tab.get_by_role("group", name="全部命令"))
        await tab.keyboard.type("di")
        await shows(tab.locator("#menu button:visible"), "/digest 资金日报")
        await tab.keyboard.press("ArrowUp")
        await tab.keyboard.press("Enter")
        await tab.keyboard.type("560850")
        await tab.keyboard.press("Enter")
        await shows(bubbles(tab), "/digest 560850", "日报")
        await tab.locator("#scroller").focus()
        await tab.keyboard.press("Tab")
        assert await tab.evaluate("document.activeElement.dataset.press") == "/margin"
        assert await tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        await tab.keyboard.press("Enter")
        await shows(bubbles(tab), "/digest 560850", "日报", "两融", "收到：/margin")


async def test_the_menu_closes_with_escape_and_hands_the_line_back(tabs: Tabs) -> None:
    async with tabs.open(viewport=DESKTOP) as tab:
        await tab.get_by_role("button", name="全部命令").click()
        assert await tab.locator("#menu button:visible").count() == 8
        await tab.keyboard.press("ArrowDown")
        await tab.keyboard.press("ArrowDown")
        assert await tab.evaluate("document.activeElement.dataset.type") == "/etf "
        await tab.keyboard.press("Escape")
        await visible(tab.locator("#menu"), wanted=False)
        assert await tab.evaluate("document.activeElement.id") == "input"


async def test_the_menu_stays_closed_for_an_ordinary_line(tabs: Tabs) -> None:
    async with tabs.open() as tab:
        await tab.get_by_label("消息", exact=True).press_sequentially("关注 1/2")
        await visible(tab.locator("#menu"), wanted=False)


async def test_shift_enter_makes_a_new_line(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab:
        await tab.locator("#input").focus()
        height = (await tab.locator("#input").bounding_box() or {})["height"]
        await tab.keyboard.type("甲")
        await tab.keyboard.press("Shift+Enter")
        await tab.keyboard.type("乙")
        assert page.service.heard == []
        assert (await tab.locator("#input").bounding_box() or {})["height"] > height
        await tab.keyboard.press("Enter")
        await shows(bubbles(tab), "甲乙", "收到：甲乙")
        assert page.service.heard[0].text == "甲\n乙"


async def test_enter_of_an_input_method_does_not_send(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab:
        await tab.locator("#input").fill("zhong")
        await tab.evaluate(
            "document.querySelector('#input').dispatchEvent("
            "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
        )
        await tab.wait_for_timeout(200)
        assert page.service.heard == []
        assert await tab.input_value("#input") == "zhong"


async def test_a_button_says_its_command(tabs: Tabs, page: Served) -> None:
    await page.push(evening_digest())
    async with tabs.open() as tab:
        await tab.get_by_role("button", name="软件50ETF").click()
        await shows(bubbles(tab).nth(1), "软件50ETF")
        await shows(bubbles(tab).nth(2), "收到：/etf 159590")


async def test_a_quick_reply_says_its_command(tabs: Tabs) -> None:
    async with tabs.open() as tab:
        await tab.get_by_role("navigation").get_by_role("button", name="排行").click()
        await shows(bubbles(tab), "/flow", "收到：/flow")


async def test_a_reload_keeps_the_history(tabs: Tabs) -> None:
    async with tabs.open() as tab:
        await tab.locator("#input").fill("你好")
        await tab.keyboard.press("Enter")
        await shows(bubbles(tab), "你好", "收到：你好")
        await tab.reload()
        await shows(bubbles(tab), "你好", "收到：你好")


async def test_a_push_arrives_by_itself_in_every_tab(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as one, tabs.open(viewport=DESKTOP) as other:
        await page.push("快讯")
        await shows(bubbles(one), "快讯")
        await shows(bubbles(other), "快讯")


async def test_a_reader_at_the_end_stays_at_the_end(tabs: Tabs, page: Served) -> None:
    await fill(page, 30)
    async with tabs.open() as tab:
        assert (await place(tab))[1] < 2
        await page.push("快讯")
        await tab.get_by_text("快讯").wait_for()
        assert (await place(tab))[1] < 2
        await visible(tab.locator("#pill"), wanted=False)


async def test_a_reader_who_has_scrolled_up_is_left_in_peace(tabs: Tabs, page: Served) -> None:
    await fill(page, 30)
    async with tabs.open() as tab:
        await scroll_to(tab, 100)
        await page.push("快讯一")
        await page.push("快讯二")
        await shows(tab.locator("#pill"), "↓ 2条新消息")
        assert (await place(tab))[0] == 100
        await tab.locator("#pill").click()
        assert (await place(tab))[1] < 2
        await visible(tab.locator("#pill"), wanted=False)


async def test_a_long_digest_is_shown_from_its_start(tabs: Tabs, page: Served) -> None:
    await fill(page, 30)
    async with tabs.open() as tab:
        await page.push(evening_digest())
        heading = tab.get_by_role("heading", name="ETF资金日报")
        await heading.wait_for()
        top = (await heading.bounding_box() or {})["y"]
        assert 60 < top < 200
        assert (await place(tab))[1] > 100


async def test_earlier_messages_come_as_the_reader_scrolls_up_without_a_jump(tabs: Tabs, page: Served) -> None:
    await fill(page, 60)
    async with tabs.open() as tab:
        watched = "[...document.querySelectorAll('article')].find((one) => one.innerText.includes('第20条'))"
        seen_at = f"{watched}.getBoundingClientRect().top"
        before = await tab.evaluate(f"(document.querySelector('#scroller').scrollTop = 40, {seen_at})")
        await tab.get_by_text("第0条", exact=True).wait_for(state="attached")
        # It has lost its head meanwhile: what came in above it is of the same minute.
        assert abs(await tab.evaluate(seen_at) - before) < 40
        assert await bubbles(tab).count() == 60
        assert await tab.locator(".day").count() == 1
        await visible(tab.get_by_role("button", name="查看更早的消息"), wanted=False)


async def test_after_a_lost_connection_nothing_is_missing_and_nothing_twice(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab:
        await page.push("之前")
        await shows(bubbles(tab), "之前")
        await page.stop()
        await shows(tab.locator("#lost"), "连接已断开，正在自动重连……")
        await shows(tab.locator("#status"), "未连接")
        await tab.locator("#input").fill("听得到吗")
        await tab.keyboard.press("Enter")
        await shows(tab.get_by_role("alert").filter(visible=True), "发送失败：连不上服务，请稍后再试。")
        await page.transcript.add("me", "bot", page.transcript.entries[0].body, page.now)
        await page.start()
        await shows(tab.locator("#status"), "已连接")
        await shows(tab.locator("#lost"), "")
        await page.push("之后")
        await shows(bubbles(tab), "之前", "之前", "之后", "听得到吗")
        await tab.get_by_role("button", name="重新发送").click()
        await shows(bubbles(tab), "之前", "之前", "之后", "听得到吗", "收到：听得到吗")
    tabs.forgive("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE")


async def test_a_new_transcript_replaces_the_old_one(tabs: Tabs, page: Served) -> None:
    await fill(page, 3)
    async with tabs.open() as tab:
        await page.stop()
        page.transcript = MemoryTranscript()
        await page.start()
        await page.push("新的开始")
        await shows(bubbles(tab), "新的开始")
    tabs.forgive("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING")


async def test_a_text_that_is_too_long_comes_back_with_the_reason(tabs: Tabs, page: Served) -> None:
    async with tabs.open() as tab:
        await tab.locator("#input").fill("长" * 2001)
        await tab.keyboard.press("Enter")
        await shows(tab.get_by_role("alert"), "消息太长：最多2000字，现在有2001字。")
        assert len(await tab.input_value("#input")) == 2001
        await tab.locator("#input").fill("短")
        await tab.keyboard.press("Enter")
        await shows(bubbles(tab), "短", "收到：短")
        await visible(tab.locator("#notice"), wanted=False)
    tabs.forgive("413")


async def test_markup_is_shown_as_text(tabs: Tabs, page: Served) -> None:
    attempt = "<img src=x onerror=alert(1)><script>alert(2)</script><b>粗</b>"
    await page.push(Message(blocks=plain(attempt).blocks, buttons=((Button(attempt, attempt),),)))
    async with tabs.open() as tab:
        await tab.locator("#input").fill(attempt)
        await tab.keyboard.press("Enter")
        await shows(bubbles(tab), attempt, attempt, f"收到：{attempt}")
        assert await tab.locator("#entries :is(img:not(.avatar), script, b)").count() == 0


async def test_a_script_in_the_page_would_not_run(tabs: Tabs) -> None:
    async with tabs.open() as tab:
        await tab.evaluate(
            "() => { const one = document.createElement('script'); "
            "try { one.textContent = 'window.broken = 1'; document.body.append(one) } catch {} }"
        )
        assert await tab.evaluate("window.broken") is None
        assert tabs.complaints
        tabs.forgive("Content Security Policy", "TrustedScript")


async def test_the_title_counts_what_came_while_the_reader_was_away(tabs: Tabs, page: Served) -> None:
    await fill(page, 30)
    async with tabs.open() as tab:
        await scroll_to(tab, 0)
        await page.push("快讯")
        await until(tab, "document.title.startsWith('(1) ')")
        await scroll_to(tab, 100_000)
        assert await tab.title() == "ETF资金流助手"
