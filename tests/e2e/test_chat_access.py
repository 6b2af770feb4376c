"""For everybody: names for what can be used, no mouse, no motion, both colours, the smallest phone."""

from typing import TYPE_CHECKING

import pytest

from bot.messages.model import Button, Document, Message, Picture, paragraph
from tests.e2e.conftest import DESKTOP, PHONE, Tabs
from tests.e2e.reading import bubbles, shows, visible
from tests.e2e.setups import begin, say, step
from tests.e2e.test_chat_look import CONTRASTS, LEAST_CONTRAST, sketch
from tests.web.digest import evening_digest
from tests.web.served import Served

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.anyio]


@pytest.fixture
async def page(several: Served) -> Served:
    return several


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
