"""What a test looks for on the page; skips the tests that import it where there is no playwright."""

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_expect = pytest.importorskip("playwright.async_api", reason="the browser tests need the package playwright").expect


def bubbles(tab: "Page") -> "Locator":
    return tab.locator("article .bubble")


async def shows(found: "Locator", *said: str) -> None:
    """Wait until the elements say just this."""
    await _expect(found).to_have_text(list(said))


async def visible(found: "Locator", *, wanted: bool = True) -> None:
    """Wait until an element is visible, or is not."""
    await _expect(found).to_be_visible(visible=wanted)


async def until(tab: "Page", true: str, seen: object = None, *, seconds: float = 30.0) -> None:
    """Wait until an expression holds on the page, or a function of `seen` does.

    The browser's own way of waiting evaluates text in the page, which the page's policy forbids.
    """
    async with asyncio.timeout(seconds):
        while True:
            if await tab.evaluate(true, seen):
                return
            await asyncio.sleep(0.05)
