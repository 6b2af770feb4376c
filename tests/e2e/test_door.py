"""Coming in by the password in a real browser: its cookies, its form, its idea of what another site is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import PHONE, Tabs
from tests.e2e.reading import shows, visible
from tests.web.served import Served, served

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

PASSWORD = "壹贰叁-correct-horse"


@asynccontextmanager
async def at_the_door(tabs: Tabs) -> AsyncIterator["Page"]:
    context = await tabs.browser.new_context(viewport=PHONE, locale="zh-CN")
    tab = await context.new_page()
    tab.on("console", lambda said: tabs._complain(said.type, said.text))
    tab.on("pageerror", lambda error: tabs._complain("error", str(error)))
    try:
        await tab.goto(tabs.served.url)
        yield tab
    finally:
        await context.close()


async def enter(tab: "Page", password: str) -> None:
    await tab.get_by_label("密码").fill(password)
    await tab.get_by_role("button", name="登录").click()


@pytest.fixture
async def locked(anyio_backend: str) -> AsyncIterator[Served]:
    async with served(settings={"demo": True, "password": PASSWORD}) as page:
        yield page


@pytest.fixture
async def tabs(chromium: "Browser", locked: Served) -> AsyncIterator[Tabs]:
    opened = Tabs(chromium, locked)
    yield opened
    assert opened.complaints == []


async def test_in_by_the_password_and_out_again(tabs: Tabs, locked: Served) -> None:
    async with at_the_door(tabs) as tab:
        await enter(tab, "wrong")
        await visible(tab.get_by_text("密码不对，请重试。"))
        tabs.forgive("403")
        await enter(tab, PASSWORD)
        await tab.locator("#entries[aria-busy=false]").wait_for(state="attached")
        await tab.get_by_label("消息", exact=True).fill("/etf 560850")
        await tab.get_by_label("发送").click()
        await shows(tab.locator("#entries article .bubble"), "/etf 560850", "收到：/etf 560850")
        assert await tab.evaluate("document.cookie") == ""
        await tab.get_by_label("显示设置").first.click()
        await tab.get_by_role("button", name="退出登录").click()
        await visible(tab.get_by_label("密码"))
        await tab.goto(locked.url)
        await visible(tab.get_by_label("密码"))


async def test_a_reader_stays_in_while_the_service_begins_anew(tabs: Tabs, locked: Served) -> None:
    async with at_the_door(tabs) as tab:
        await enter(tab, PASSWORD)
        await tab.locator("#entries[aria-busy=false]").wait_for(state="attached")
        await locked.stop()
        await locked.start()
        await locked.push("还在")
        await visible(tab.get_by_text("还在"))
        await tab.get_by_label("消息", exact=True).fill("在吗")
        await tab.get_by_label("发送").click()
        await visible(tab.get_by_text("收到：在吗"))
        tabs.forgive("ERR_", "Failed to load")


async def test_a_link_of_another_site_leads_a_reader_in(tabs: Tabs, locked: Served) -> None:
    async with at_the_door(tabs) as tab, served() as other:
        await enter(tab, PASSWORD)
        await tab.locator("#entries[aria-busy=false]").wait_for(state="attached")
        await tab.goto(f"http://localhost:{other.port}/")
        await tab.evaluate("place => location.assign(place)", locked.url)
        await tab.wait_for_url(f"{locked.url}/")
        await tab.locator("#entries[aria-busy=false]").wait_for(state="attached")
        await visible(tab.get_by_label("密码"), wanted=False)
