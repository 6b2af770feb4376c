"""A set-up that is gone through by buttons alone, and how to say a line."""

from typing import TYPE_CHECKING

from bot.messages.model import Button, Look, Message, paragraph, plain
from tests.e2e.reading import bubbles, shows
from tests.web.served import Served

if TYPE_CHECKING:
    from playwright.async_api import Page


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
