"""What the documents say of metrics, against what a running service exports: no name and no label is made up."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import opened, scrape_of
from bot.app_channels import channels_of
from bot.batches import Sort
from bot.messages.model import plain
from bot.poll import Slot
from bot.sending_metrics import Refusal
from bot.sources.base import SourceChangedError, UnavailableError
from bot.sources.datum import Round
from bot.sources.upstreams import Manners, Upstreams
from bot.store.new_deliveries import NewDelivery
from config.settings import load_settings
from signals.core.snapshot import Dataset
from tests.bot.publishers import Publisher
from tests.bot.readers import reader
from tests.bot.serving import Hand, worker_of
from tests.builders import LAST_DAY, market, moment

pytestmark = pytest.mark.anyio

DOCS = Path(__file__).parents[2] / "docs"
EVENING = Slot(round=Round.EVENING, due=moment(LAST_DAY, "22:00"), day=LAST_DAY)

_NAME = re.compile(r"\b(?:etfbot|process)_\w+")
_USED = re.compile(r"\b((?:etfbot|process)_\w+)(?:\{([^}]*)\})?")
_BY = re.compile(r"\b(?:by|without) \(([^)]*)\)")
_OF_PROMETHEUS = {"job", "instance", "le", "exported_job"}
"""Labels that every stored series may have; `exported_job` is our own `job`."""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def exported(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The labels of each sample of a service that has polled, failed, sent and refused, by the sample's name."""
    folder = tmp_path_factory.mktemp("metrics")
    settings = load_settings({}, folder, {"database": f"sqlite:///{folder / 'x.db'}", "telegram.token": "1:of-nobody"})
    clock, table = Hand(EVENING.due), market(1).index("000300", 3900.0).snapshots()[0].table
    manners = Manners(pause_seconds=0.0, tries=1, readings={"local": 9})
    async with opened(settings) as packaged:
        world = replace(packaged, upstreams=Upstreams(manners))
        channels = channels_of(settings, world.store, clock)
        scrape = scrape_of(world, clock, channels.by_kind())
        source = Publisher(Dataset.INDEX, settles=False)
        worker = replace(worker_of(world, clock, source), metrics=scrape.metrics)
        for told in (
            UnavailableError("reset"),
            SourceChangedError("columns", "none"),
            table.assign(index_close=-1.0),
            table,
        ):
            source.tables[LAST_DAY] = told
            await worker.poll(EVENING)
        await worker.schedule().run_digests()
        who = await reader(world.store, "me", channel="telegram")
        letter = NewDelivery(batch="digest/x", subscription_id=who.id, message=plain("x"), due_at=EVENING.due)
        await world.store.outbox.enqueue([letter])
        scrape.metrics.digests("evening", 1)
        scrape.metrics.clock_jumped(-60.0)
        sending = scrape.metrics.sending
        sending.expect(channels.by_kind())
        sending.waited("telegram", 1.0)
        sending.sent("telegram", 1.0, 0.1, sort=Sort.DIGEST)
        sending.refused("telegram", Refusal.LIMITED)
        clock.at += timedelta(minutes=1)
        text = await scrape()
        await channels.aclose()
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@cache
def board() -> dict[str, Any]:
    return dict(json.loads((DOCS / "grafana.json").read_text("utf-8")))


def asked_by_the_board() -> list[str]:
    return [target["expr"] for panel in board()["panels"] for target in panel.get("targets", ())]


def rules() -> list[dict[str, str]]:
    """The alerts by what stands in their lines: one line is one key."""
    text = (DOCS / "alerts.yml").read_text("utf-8")
    return [dict(_lines(one)) for one in text.split("      - ")[1:]]


def _lines(rule: str) -> Iterator[tuple[str, str]]:
    for line in rule.splitlines():
        name, colon, value = line.strip().partition(": ")
        if colon:
            yield name, value


def test_every_metric_is_documented_and_none_is_made_up(exported: dict[str, set[str]]) -> None:
    text = (DOCS / "metrics.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)(?:\{([\w,]*)\})?` \|", text, re.MULTILINE)
    documented = {name: set(labels.split(",")) - {""} for name, labels in rows}
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) if name not in documented else name for name in exported}
    of_process = {name for name in shown if name.startswith("process_")}
    assert set(documented) == shown - of_process
    assert set(_NAME.findall(text)) == shown
    for name, labels in documented.items():
        series = exported.get(name, exported.get(f"{name}_count"))
        assert series == labels, name


@pytest.mark.parametrize("what", ["board", "rules"])
def test_what_board_and_rules_ask_for_is_exported(exported: dict[str, set[str]], what: str) -> None:
    expressions = asked_by_the_board() if what == "board" else [one["expr"] for one in rules()]
    assert len(expressions) > 10
    for expression in expressions:
        used = _USED.findall(expression)
        assert used or expression.startswith("up{"), expression
        labels = set.union(set(), *(exported[name] for name, _ in used)) | _OF_PROMETHEUS
        for name, matched in used:
            assert name in exported, name
            assert set(re.findall(r"(\w+)(?:=~|!=|=)\"", matched)) <= exported[name] | _OF_PROMETHEUS, expression
        grouped = {label.strip() for one in _BY.findall(expression) for label in one.split(",")}
        assert grouped <= labels, expression


def test_the_board_shows_all_promises_and_names_no_data_source(exported: dict[str, set[str]]) -> None:
    assert [one["name"] for one in board()["__inputs"]] == ["DS_PROMETHEUS"]
    text = json.dumps(board())
    assert set(re.findall(r'"datasource": \{"type": "prometheus", "uid": "([^"]*)"\}', text)) == {"${DS_PROMETHEUS}"}
    shown = set(_NAME.findall(" ".join(asked_by_the_board())))
    left_out = {re.sub(r"_(bucket|sum|count)$", "", one) for one in exported} - {
        re.sub(r"_(bucket|sum|count)$", "", one) for one in shown
    }
    assert left_out <= {
        "etfbot_last_good_table_rows",
        "etfbot_source_breaks_total",
        "etfbot_source_recoveries_total",
        "etfbot_upstream_readings_left",
        "etfbot_job_last_duration_seconds",
        *(one for one in exported if one.startswith("process_")),
    }, left_out


def test_the_boards_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = board()["panels"]
    assert len({one["id"] for one in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for place in (one["gridPos"] for one in panels):
        cells = {(place["x"] + right, place["y"] + down) for right in range(place["w"]) for down in range(place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells


def test_every_alert_says_what_is_wrong_and_is_explained() -> None:
    explained = (DOCS / "operation.md").read_text("utf-8")
    names = [one["alert"] for one in rules()]
    assert len(set(names)) == len(names)
    for one in rules():
        assert one["labels"] in ("{severity: page}", "{severity: ticket}"), one
        assert one["annotations"].startswith('{summary: "'), one
        assert f"`{one['alert']}`" in explained, one["alert"]
