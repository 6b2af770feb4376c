"""A new signal is one file: put into a folder it is in settings, help, digest, signals, export and alerts."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.commands.demo import settings_for, talking
from tests.commands.said import said, words

DAY = ("--day", "2025-02-11", "--asof", "2025-02-11T18:21")
FILE = '''
"""Funds that close below what they are worth."""

from dataclasses import dataclass

from signals.core.detector import Detector, Findings, Topic, scaled
from signals.core.field import CLOSE, IOPV
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV


@dataclass(frozen=True, kw_only=True)
class SlightDiscount(Detector):
    """折价."""

    name = "slight_discount"
    topic = Topic.PREMIUM
    needs = frozenset({CLOSE, IOPV})
    title = Text("小幅折价", "Slight discount")
    sentence = Text("折价收盘，溢价率{ $premium }（IOPV）", "closes at a discount, premium { $premium } over IOPV")
    about = Text("收盘价低于IOPV。", "The close lies below the IOPV.")

    min_discount: float = 0.0001

    def find(self, panel: Panel) -> Findings:
        """Premium below the threshold."""
        premium = PREMIUM_IOPV.on(panel)
        return Findings(
            fires=premium.values <= -self.min_discount,
            known=knowable(premium),
            strength=scaled(premium.values, self.min_discount),
            evidence={"premium": premium},
        )
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with nothing but the new file."""
    made = tmp_path / "mine"
    made.mkdir()
    (made / "discounts.py").write_text(FILE, "utf-8")
    return made


def seen(etfbot: Program, demo_url: str, **environment: str) -> set[str]:
    """The funds for which the new signal stands in the export."""
    out = etfbot.run("export", *DAY, "--database", demo_url, **environment).out
    return {one["code"] for one in csv.DictReader(io.StringIO(out)) if "slight_discount" in one["signals"].split()}


@pytest.mark.slow
def test_it_is_in_export_signals_and_digest(etfbot: Program, demo_url: str, folder: Path) -> None:
    plugins = {"ETFBOT_PLUGINS": str(folder)}
    funds = seen(etfbot, demo_url, **plugins)
    assert funds
    out = etfbot.run("signals", *DAY, "--json", "--database", demo_url, **plugins).out
    objects = [one for one in map(json.loads, out.splitlines()) if one["kind"] == "slight_discount"]
    assert {one["code"] for one in objects} == funds
    assert all(one["evidence"]["premium"]["value"] < 0 for one in objects)
    for language, words_ in (("zh", "折价收盘，溢价率−0."), ("en", "closes at a discount, premium −0.")):
        note = etfbot.run("digest", *DAY, "--lang", language, "--database", demo_url, **plugins).out
        assert words_ in note


def test_it_is_told_when_it_begins(etfbot: Program, demo_url: str, folder: Path) -> None:
    replay = ("replay", "--from", "2025-02-10", "--to", "2025-02-11", "--json", "alerts.json", "--database", demo_url)
    assert etfbot.run(*replay, ETFBOT_PLUGINS=str(folder)).code == 0
    kinds = {json.loads(line)["kind"] for line in (etfbot.folder / "alerts.json").read_text("utf-8").splitlines()}
    assert "slight_discount" in kinds


def test_its_thresholds_are_settings(etfbot: Program, demo_url: str, folder: Path) -> None:
    plugins = {"ETFBOT_PLUGINS": str(folder)}
    key = "ETFBOT_DETECTORS__SLIGHT_DISCOUNT__MIN_DISCOUNT"
    few = seen(etfbot, demo_url, **plugins, **{key: "0.001"})
    assert few < seen(etfbot, demo_url, **plugins)
    wrong = etfbot.run("export", *DAY, "--database", demo_url, **plugins, **{key: "much"})
    assert (wrong.code, wrong.out) == (2, "")
    assert "detectors.slight_discount.min_discount" in wrong.complaint
    assert "'much'" in wrong.complaint
    unknown = etfbot.run("export", *DAY, "--database", demo_url, **plugins, **{f"{key}S": "1"})
    assert unknown.complaint.endswith("did you mean min_discount?")


def test_without_the_folder_nobody_knows_it(etfbot: Program, demo_url: str) -> None:
    assert seen(etfbot, demo_url) == set()
    said_ = etfbot.run("export", *DAY, "--database", demo_url, ETFBOT_DETECTORS__SLIGHT_DISCOUNT__TELL="off")
    assert said_.code == 2
    assert "slight_discount" in said_.complaint


def test_a_sentence_that_cannot_be_filled_in_is_named_at_the_start(
    etfbot: Program, demo_url: str, folder: Path
) -> None:
    (folder / "discounts.py").write_text(FILE.replace("premium { $premium } over", "premium { $premium over"), "utf-8")
    said_ = etfbot.run("export", *DAY, "--database", demo_url, ETFBOT_PLUGINS=str(folder))
    assert said_.code == 2
    assert "slight_discount" in said_.complaint
    assert "premium { $premium over" in said_.complaint


def test_it_is_in_the_help_with_its_meaning_and_thresholds(tmp_path: Path, demo_url: str, folder: Path) -> None:
    async def ask() -> None:
        async with talking(tmp_path / "demo.db", plugins=str(folder)) as chat:
            assert "小幅折价 slight_discount" in words(await chat.say("信号"))
            about = said(await chat.say("信号 slight_discount"))
            assert about[:2] == ["小幅折价", "收盘价低于IOPV。"]
            assert "min_discount = 0.0001" in about

    assert settings_for(tmp_path / "demo.db", plugins=str(folder)).plugins == folder
    assert demo_url.endswith("demo.db")
    asyncio.run(ask())
