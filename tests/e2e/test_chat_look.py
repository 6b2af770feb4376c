from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.channels.web import Said
from bot.channels.web_rooms import OWN_ROOMS
from bot.messages.model import Heading, Message, Picture
from bot.web.gallery import picture_name
from tests.e2e.conftest import DESKTOP, PHONE, Tabs
from tests.e2e.reading import bubbles, shows, visible
from tests.web.digest import alert, evening_digest
from tests.web.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

LEAST_CONTRAST = 4.5


async def test_a_table_is_a_table_and_scrolls_by_itself(tabs: Tabs, page: Served) -> None:
    await page.push(evening_digest())
    async with tabs.open() as tab:
        assert await tab.get_by_role("columnheader").all_inner_texts() == ["基金", "代码", "净流入", "涨跌幅", "规模"]
        assert await tab.get_by_role("row").count() == 6
        row = tab.get_by_role("row", name="软件50ETF")
        assert await row.get_by_role("cell").all_inner_texts() == ["159590", "+2038万元", "−1.52%", "2.46亿元"]
        frame = "document.querySelector('.table')"
        assert await tab.evaluate(f"{frame}.scrollWidth > {frame}.clientWidth")


async def test_what_is_folded_unfolds(tabs: Tabs, page: Served) -> None:
    await page.push(evening_digest())
    async with tabs.open() as tab:
        await visible(tab.get_by_text("恒生科技ETF"), wanted=False)
        await tab.get_by_text("展开3行").click()
        await visible(tab.get_by_text("恒生科技ETF"))
        await tab.get_by_text("收起").click()
        await visible(tab.get_by_text("恒生科技ETF"), wanted=False)


async def test_rises_are_red_and_falls_are_green(tabs: Tabs, page: Served) -> None:
    await page.push(evening_digest())
    async with tabs.open() as tab:
        for selector, strongest in ((".up", 0), (".down", 1)):
            colour = await tab.locator(selector).first.evaluate("one => getComputedStyle(one).color")
            parts = [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
            assert parts.index(max(parts)) == strongest


async def test_days_and_times_are_told_once_where_they_change(tabs: Tabs, page: Served) -> None:
    page.now -= timedelta(days=1)
    await page.push("昨日")
    page.now += timedelta(days=1)
    await page.push("甲")
    page.now += timedelta(minutes=1)
    await page.push("乙")
    page.now += timedelta(minutes=9)
    await page.push("丙")
    async with tabs.open() as tab:
        await shows(tab.locator(".day"), "2025年2月10日星期一", "2025年2月11日星期二")
        shown = [one for one in await tab.locator("article time").all() if await one.is_visible()]
        assert [await one.inner_text() for one in shown] == ["18:21", "18:21", "18:31"]


async def test_an_english_browser_gets_english_labels(tabs: Tabs) -> None:
    async with tabs.open(locale="en-US") as tab:
        assert await tab.title() == "ETF Flow Assistant"
        await visible(tab.get_by_text("Demo data"))
        await tab.get_by_role("button", name="flow", exact=True).click()
        await shows(bubbles(tab), "/flow", "收到：/flow")
        assert (
            await tab.get_by_label("Message", exact=True).get_attribute("placeholder") == "Message, or / for commands"
        )


async def test_the_page_has_landmarks_and_a_polite_log(tabs: Tabs) -> None:
    async with tabs.open() as tab:
        for role in ("banner", "main", "contentinfo", "navigation", "log"):
            assert await tab.get_by_role(role).count() == 1, role
        assert await tab.get_by_role("log").get_attribute("aria-live") == "polite"
        assert await tab.get_by_role("heading", level=1).inner_text() == "ETF资金流助手"


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, PHONE, DESKTOP], ids=lambda size: size["width"])
async def test_nothing_sticks_out_at_any_width(tabs: Tabs, page: Served, viewport: dict[str, int]) -> None:
    await page.push(evening_digest())
    await page.push("https://example.com/" + "x" * 300)
    async with tabs.open(viewport=viewport) as tab:
        outside = await tab.evaluate(
            "() => [...document.querySelectorAll('body *:not(.table *, nav *)')].filter(one => {"
            " const {left, right, width} = one.getBoundingClientRect();"
            " return width && (left < -0.5 || right > innerWidth + 0.5) }).map(one => one.outerHTML.slice(0, 80))"
        )
        assert outside == []


async def test_a_wide_window_keeps_lines_short_and_in_the_middle(tabs: Tabs, page: Served) -> None:
    await page.push(evening_digest())
    async with tabs.open(viewport={"width": 1900, "height": 900}) as tab:
        bubble = await bubbles(tab).bounding_box() or {}
        assert bubble["width"] <= 680
        column, line = (
            await tab.locator("article").bounding_box() or {},
            await tab.locator("#composer").bounding_box() or {},
        )
        assert column["x"] == line["x"] == (1900 - 940) / 2


CONTRASTS = """
() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3) return colour;
    }
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !one.checkVisibility()) continue;
    const [dark, bright] = [light(channels(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => a - b);
    found.push([(bright + 0.05) / (dark + 0.05), texts.currentNode.data.trim().slice(0, 20)]);
  }
  return found;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_text_is_readable(tabs: Tabs, page: Served, scheme: str) -> None:
    await page.channel.say(Said(room=OWN_ROOMS[0], text="日报", person="me"))
    await page.push(evening_digest())
    await page.push(alert())
    async with tabs.open(color_scheme=scheme) as tab:
        await tab.get_by_role("button", name="全部命令").click()
        await tab.evaluate(
            "() => { for (const id of ['lost', 'notice']) Object.assign(document.getElementById(id), "
            "{textContent: '断开', hidden: false}); document.getElementById('typing').hidden = false }"
        )
        contrasts = await tab.evaluate(CONTRASTS)
    assert len(contrasts) > 60
    assert [one for one in contrasts if one[0] < LEAST_CONTRAST] == []


async def test_a_dark_reader_gets_a_dark_page(tabs: Tabs) -> None:
    colours = []
    for scheme in ("light", "dark"):
        async with tabs.open(color_scheme=scheme) as tab:
            colours.append(await tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours == ["rgb(240, 241, 244)", "rgb(15, 17, 21)"]


async def test_a_picture_fits_the_phone_and_follows_the_pages_colours(tabs: Tabs, page: Served) -> None:
    light, dark = (sketch(colour) for colour in ("white", "black"))
    await page.push(Message(blocks=(Heading("研究", 1), Picture(light, "上涨比例与基准", dark))))
    for scheme, png in (("light", light), ("dark", dark)):
        async with tabs.open(color_scheme=scheme) as tab:
            image = tab.get_by_role("img", name="上涨比例与基准")
            await visible(image)
            await image.evaluate("one => one.decode()")
            source = await image.evaluate("one => one.currentSrc")
            assert source.endswith(picture_name(png))
            assert await image.evaluate("one => one.naturalWidth") == 1080
            box = await image.bounding_box()
            assert box is not None
            assert PHONE["width"] * 0.75 < box["width"] < PHONE["width"]
            assert box["height"] / box["width"] == pytest.approx(1400 / 1080, abs=0.02)


def sketch(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (1080, 1400), colour).save(file, format="png")
    return file.getvalue()
