"""The story's stage on the local page: the same people in a real browser."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from tests.e2e.acting import FLOOD, PAGE, PATIENCE_SECONDS, Bubble, Deed, Person, Place, Step
from tests.e2e.reading import shows, until, visible

if TYPE_CHECKING:
    from playwright.async_api import Page

_playwright = pytest.importorskip("playwright.async_api", reason="the browser tests need the package playwright")

NAMES = {Person.ME: "我", Person.WANG: "小王"}
STALE = "这个按钮已失效，请使用最新消息里的按钮，或直接输入命令。"

READ = """
() => [...document.querySelectorAll("article[data-author=bot]")].map((one) => ({
  id: one.dataset.id,
  text: [...one.querySelectorAll(".bubble")].map((each) => each.textContent).join("\\n"),
  labels: [...one.querySelectorAll(".buttons button")].map((each) => each.textContent),
  brings: one.querySelector("img.picture") ? "picture" : one.querySelector(".card") ? "document" : "",
  href: one.querySelector("a.card")?.href ?? "",
}))
"""
CHANGED = f"(before) => JSON.stringify(({READ})()) !== before"


class PageStage:
    """One tab in which both people sit, as the demo lets them."""

    kind = PAGE

    def __init__(self, tab: "Page") -> None:
        self._tab = tab
        self._read = ""
        self._document = b""

    async def act(self, step: Step) -> None:
        """Type, press or hand in what the person does."""
        await self._enter(step)
        match step.deed:
            case Deed.SAYS:
                await self._say(step.words)
            case Deed.FLOODS:
                for _ in range(FLOOD):
                    await self._say(step.words)
                await _playwright.expect(self._tab.locator("#pending > *")).to_have_count(0)
            case Deed.PRESSES:
                await self._tab.locator("article .buttons button", has_text=step.words).last.click()
            case Deed.PRESSES_OLD:
                await self._tab.locator("article .buttons button", has_text=step.words).first.click()
            case Deed.FORGES:
                await self._forge(step.words)
            case Deed.HANDS:
                await self._hand(step.words)
            case _:
                raise AssertionError("this cannot be played on the page")

    async def bubbles(self, step: Step) -> Sequence[Bubble]:
        """The service's messages in the step's chat."""
        await self._enter(step)
        self._read = await self._tab.evaluate(f"() => JSON.stringify(({READ})())")
        found = json.loads(self._read)
        # Whoever is forgotten loses the file on the page too, so it is kept as soon as it comes.
        if (href := next((one["href"] for one in reversed(found) if one["href"]), "")) and not self._document:
            self._document = await (await self._tab.request.get(href)).body()
        return [
            Bubble(id=one["id"], text=one["text"], labels=tuple(one["labels"]), brings=one["brings"]) for one in found
        ]

    async def changed(self) -> None:
        """Wait until the chat reads otherwise."""
        try:
            await until(self._tab, CHANGED, self._read, seconds=PATIENCE_SECONDS)
        except TimeoutError:
            raise AssertionError("nothing came") from None

    async def _enter(self, step: Step) -> None:
        """Open the step's chat, and speak there as its person."""
        room = step.who if step.at is Place.HOME else step.at
        chosen = self._tab.locator(f"aside [data-room={room}]")
        if await chosen.get_attribute("aria-current") != "true":
            await chosen.click()
            await self._tab.locator(f"aside [data-room={room}][aria-current=true]").wait_for()
            await self._tab.locator("#entries[aria-busy=false]").wait_for(state="attached")
        if step.at is Place.GROUP:
            await self._tab.get_by_role("radio", name=NAMES[step.who]).check(force=True)

    async def _say(self, text: str) -> None:
        await self._tab.locator("#input").fill(text)
        await self._tab.locator("#input").press("Enter")

    async def _forge(self, command: str) -> None:
        button = self._tab.locator("article .buttons button").last
        await button.evaluate("(one, command) => (one.dataset.press = command)", command)
        await button.click()
        await shows(self._tab.locator("#notice"), STALE)

    async def _hand(self, words: str) -> None:
        file = {"name": "etf.json", "mimeType": "application/json", "buffer": self._document}
        await self._tab.set_input_files("#file", file)  # type: ignore[arg-type]
        await visible(self._tab.locator("#attached"))
        await self._say(words)
