"""`etfbot gallery`, run as a person runs it."""

import re

import pytest

from bot.gallery import ANSWERS
from signals import load_detectors
from tests.cli.program import Program

PATIENCE_SECONDS = 600
"""Some twenty sessions are polled again."""


@pytest.mark.slow
def test_the_whole_gallery_is_written(etfbot: Program) -> None:
    process = etfbot.start("gallery", "--out", "all.html")
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, "")
    page = (etfbot.folder / "all.html").read_text("utf-8")
    kinds = re.findall(r'<div class="kind" id="(\w+)"', page)
    answers = [kind for kind, _, _ in ANSWERS]
    assert sorted(kinds) == sorted([*load_detectors(), "evening", "morning", "weekly", *answers])
    assert re.fullmatch(rf"all\.html: \d+ messages, {len(kinds)} kinds\n", out)
    reasons = {*re.findall(r'<span class="tag">\w+ · ([a-z ]+)</span>', page)}
    assert reasons == {"new", "a higher rung", "a reminder", "over", "corrected", "withdrawn"}
    assert "抱歉，这里出了点问题" not in page


def test_a_signal_that_never_fires_is_an_error_that_names_it(etfbot: Program) -> None:
    (etfbot.folder / "etfbot.toml").write_text("[detectors.premium_spike]\nmin_premium = 0.9\nfloor = 0.9\n", "utf-8")
    said = etfbot.run("gallery")
    assert said.code == 1
    assert said.complaint == "etfbot: the market never gives rise to premium_spike"
    assert not (etfbot.folder / "gallery.html").exists()
