"""The page as a chat app: buttons that change their message, several people, files, looks, and no mouse needed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.channels.base import Incoming
from bot.channels.telegram import TelegramChannel
from bot.channels.web_rooms import DEMO_ROOMS
from bot.messages.model import Button, Document, Look, Message, Picture, paragraph, plain
from tests.e2e.conftest import DESKTOP, PHONE, Tabs
from tests.e2e.reading import bubbles, shows, visible
from tests.e2e.test_chat_look import CONTRASTS, LEAST_CONTRAST, sketch
from tests.web.digest import evening_digest
from tests.web.served import Served, served

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.anyio]


@pytest.fixture
async def page() -> AsyncIterator[Served]:
    previews = {"telegram": TelegramChannel("1:preview")}
    settings = {"demo": True, "rooms": DEMO_ROOMS, "admins": {"me"}, "previews": previews}
    async with served(settings=settings) as one:
        yield one


def step(number: int) -> Message:
    """A step of a set-up that is gone through by buttons alone."""
    rows = (
        (Button("下一步", f"/setup {number + 1}", Look.GOOD), Button("退出", "/leave", Look.DANGER)),
        (Button("复制代码", "560850", copies=True),),
    )
    return Message(blocks=(paragraph(f"第{number}步"),), buttons=rows, in_place=True)


async def begin(tab: "Page", page: Served) -> None:
    page.service.replies |= {"/setup": step(1), "/setup 2": step(2), "/setup 3": step(3), "/leave": plain("再见")}
    await say(tab, "/setup")
    await shows(bubbles(tab), "/setup", "第1步")


async def say(tab: "Page", text: str) -> None:
    await tab.locator("#input").fill(text)
    await tab.locator("#input").press("Enter")


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


async def test_whoever_presses_with_the_keyboard_stays_on_the_button(tabs: Tabs, page: Served) -> None:
    async with tabs.open(viewport=DESKTOP) as tab:
        await begin(tab, page)
        await tab.get_by_role("button", name="下一步").focus()
        for number in (2, 3):
            await tab.keyboard.press("Enter")
            await shows(bubbles(tab), "/setup", f"第{number}步")
            await tab.wait_for_function("document.activeElement.textContent === '下一步'")


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
        await tab.wait_for_function("document.title.startsWith('(2) ')")
        await tab.reload()
        await shows(count, "2")
        await tab.locator("aside [data-room=wang]").click()
        await visible(count, wanted=False)
        await tab.wait_for_function("!document.title.startsWith('(')")
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
        await shows(tab.locator("#notice"), "文件太大：最多256KB。")
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
        await tab.wait_for_function("document.activeElement.tagName === 'ARTICLE'")
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


NAMELESS = """
() => {
  const name = (one) => (one.ariaLabel || one.textContent || one.querySelector("img")?.alt || one.labels?.[0]?.textContent || "").trim();
  const pressed = [...document.querySelectorAll("button, a, input:not([hidden]), textarea, summary, dialog, [role]")];
  const images = [...document.querySelectorAll("img")].filter((one) => !one.hasAttribute("alt"));
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return [
    ...pressed.filter((one) => !name(one) && one.role !== "status" && one.role !== "alert").map((one) => one.outerHTML),
    ...images.map((one) => one.outerHTML),
    ...ids.filter((one, at) => ids.indexOf(one) !== at),
  ];
}
"""


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_everything_that_can_be_used_has_a_name(tabs: Tabs, page: Served, viewport: dict[str, int]) -> None:
    await page.push(evening_digest())
    await page.push(Message(blocks=(Picture(sketch("white"), "上涨比例"), Document("a.json", b"x"))))
    async with tabs.open(viewport=viewport) as tab:
        await begin_without_end(tab, page)
        assert await tab.evaluate(NAMELESS) == []
        for role in ("banner", "main", "contentinfo", "navigation", "log"):
            assert await tab.get_by_role(role).count() == 1, role  # type: ignore[arg-type]
        assert await tab.get_by_role("complementary").count() == (1 if viewport is DESKTOP else 0)
        assert await tab.get_by_role("search").count() == 0


async def begin_without_end(tab: "Page", page: Served) -> None:
    page.service.replies["/setup"] = step(1)
    await say(tab, "/setup")
    await shows(bubbles(tab).last, "第1步")


async def test_the_tab_key_leads_to_everything_in_the_order_that_is_seen(tabs: Tabs, page: Served) -> None:
    page.service.replies["/setup"] = step(1)
    await page.push(step(1))
    async with tabs.open(viewport=DESKTOP) as tab:
        await tab.locator("aside [data-room=me]").focus()
        seen = []
        for _ in range(24):
            seen.append(
                await tab.evaluate(
                    "document.activeElement.ariaLabel || document.activeElement.textContent.trim() || document.activeElement.id"
                )
            )
            assert await tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            await tab.keyboard.press("Tab")
            if await tab.evaluate("document.activeElement === document.body"):
                break
        order = [
            "搜索聊天记录",
            "显示设置",
            "聊天记录",
            "下一步",
            "退出",
            "复制代码",
            "日报",
            "全部命令",
            "添加文件",
            "消息",
            "发送",
        ]
        assert [one for one in seen if one in order] == order


async def test_who_wants_no_motion_gets_none(tabs: Tabs, page: Served) -> None:
    async with tabs.open(reduced_motion="reduce") as tab:
        await begin(tab, page)
        await tab.get_by_role("button", name="下一步").click()
        await shows(bubbles(tab), "/setup", "第2步")
        names = "[...document.querySelectorAll('*')].map((one) => getComputedStyle(one).animationName)"
        assert set(await tab.evaluate(names)) == {"none"}


@pytest.mark.parametrize("width", [320, 390])
async def test_nothing_sticks_out_of_a_phone(tabs: Tabs, page: Served, width: int) -> None:
    await page.push(evening_digest(), "group")
    await page.push(Message(blocks=(Document("x" * 90 + ".json", b"x", "关于" * 30),)), "group")
    wide = Message(
        blocks=(paragraph("选"),), buttons=(tuple(Button(f"很长的按钮文字{n}", f"/x {n}") for n in range(6)),)
    )
    await page.push(wide, "group")
    async with tabs.open(viewport={"width": width, "height": 700}) as tab:
        await tab.get_by_role("button", name="会话").click()
        await tab.locator("#sheet [data-room=group]").click()
        await visible(tab.get_by_role("button", name="很长的按钮文字5"))
        for view in ("Telegram", "聊天"):
            await tab.get_by_role("button", name="显示设置").click()
            await tab.get_by_role("radio", name=view).check()
            await tab.keyboard.press("Escape")
            await visible(tab.get_by_role("button", name="很长的按钮文字5"))
            assert await tab.evaluate("document.documentElement.scrollWidth") <= width
            inside = "one => one.scrollWidth <= one.clientWidth"
            assert await tab.locator("#scroller").evaluate(inside)
            assert await tab.locator("footer").evaluate(inside)


@pytest.mark.parametrize("theme", ["浅色", "深色"])
async def test_all_of_it_is_readable_in_both_colours(tabs: Tabs, page: Served, theme: str) -> None:
    for chat in ("wang", "group"):
        await page.push(evening_digest(), chat)
    async with tabs.open(viewport=DESKTOP) as tab:
        await tab.locator("aside [data-room=group]").click()
        await say(tab, "甲")
        await shows(bubbles(tab).last, "收到：甲")
        await page.push(Message(blocks=(Document("a.json", b"x", "规则"),), buttons=step(1).buttons), "group")
        await tab.route("**/say", lambda route: route.abort())
        await say(tab, "乙")
        await visible(tab.locator("[data-state=failed]"))
        await tab.set_input_files("#file", {"name": "a.json", "mimeType": "application/json", "buffer": b"{}"})
        await tab.get_by_role("button", name="搜索聊天记录").click()
        await tab.keyboard.type("甲")
        await shows(tab.locator("#found-count"), "找到2条")
        await tab.get_by_role("button", name="显示设置").click()
        await tab.get_by_role("radio", name=theme).check()
        contrasts = await tab.evaluate(CONTRASTS)
    assert len(contrasts) > 80
    assert [one for one in contrasts if one[0] < LEAST_CONTRAST] == []
    tabs.forgive("ERR_FAILED")
