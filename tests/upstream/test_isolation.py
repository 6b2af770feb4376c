"""akshare can hang, swell or die: the service gets an error of one line, no process is left, and nothing leaks."""

import contextlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bot.sources.akshare.call import Akshare, child_environment
from bot.sources.akshare.functions import FUNCTIONS
from bot.sources.akshare.sessions import SinaSessions
from bot.sources.base import SourceError, UnavailableError
from bot.sources.datum import sources_in
from bot.sources.direct.http import Http
from bot.sources.live import Callers, live_data
from tests.fakes.endpoint import Endpoint, Fault
from tests.fakes.upstream import Upstream
from tests.upstream.world import CALENDAR, CODES, DAY

SECRET = "7712345678:AAH-telegram-token"
ROOT = str(Path(__file__).parents[2])

SIGNATURES = {
    "fund_cf_em": ["year", "typ", "rank", "sort", "page"],
    "fund_etf_scale_sse": ["date"],
    "fund_etf_spot_em": [],
    "fund_etf_spot_ths": ["date"],
    "fund_exchange_rank_em": [],
    "fund_fh_em": ["year", "typ", "rank", "sort", "page"],
    "fund_scale_daily_szse": ["start_date", "end_date", "symbol"],
    "index_detail_cni": ["symbol"],
    "index_stock_cons_weight_csindex": ["symbol"],
    "macro_china_market_margin_sh": [],
    "macro_china_market_margin_sz": [],
    "stock_info_global_sina": [],
    "stock_margin_bse": ["date"],
    "stock_margin_detail_sse": ["date"],
    "stock_margin_detail_szse": ["date"],
    "stock_margin_sse": ["start_date", "end_date"],
    "stock_margin_szse": ["date"],
    "stock_news_em": ["symbol"],
    "stock_zh_a_spot": [],
    "stock_zh_a_spot_tx": [],
    "stock_zt_pool_dtgc_em": ["date"],
    "stock_zt_pool_em": ["date"],
    "tool_trade_date_hist_sina": [],
}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The children that a test starts, as they start."""
    children: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def watched(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        children.append(start(*args, **options))
        return children[-1]

    monkeypatch.setattr(subprocess, "Popen", watched)
    return children


def test_a_call_that_hangs_is_killed_at_the_deadline_and_leaves_no_process(
    service_environment: dict[str, str],
    upstream: Upstream,
    publishers: dict[str, Endpoint],
    started: list[subprocess.Popen[bytes]],
) -> None:
    publishers["akshare.sse_margin"].fault = Fault.HANG
    upstream.hanging.clear()
    caller = Akshare(environment=service_environment, deadline_seconds=8)
    with pytest.raises(UnavailableError, match=r"stock_margin_sse: no answer within 8 s$"):
        caller.call("stock_margin_sse", start_date="20261120", end_date="20261120")
    assert upstream.hanging.is_set()
    (child,) = started
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)


def test_an_answer_that_swells_is_stopped_at_the_memory_bound(
    service_environment: dict[str, str], publishers: dict[str, Endpoint]
) -> None:
    publishers["akshare.sse_shares"].fault = Fault.BOMB
    with pytest.raises(UnavailableError, match="fund_etf_scale_sse: MemoryError"):
        Akshare(environment=service_environment, memory_mib=400).call("fund_etf_scale_sse", date="20261120")


def test_a_good_answer_fits_into_less_than_half_of_the_default_bound(
    service_environment: dict[str, str], publishers: dict[str, Endpoint]
) -> None:
    table = Akshare(environment=service_environment, memory_mib=400).call("fund_etf_spot_em")
    assert len(table) == len(CODES)


def test_a_child_that_cannot_even_start_akshare_is_unavailable(service_environment: dict[str, str]) -> None:
    with pytest.raises(UnavailableError, match="stock_margin_szse: the child ended with status"):
        Akshare(environment=service_environment, memory_mib=120).call("stock_margin_szse", date="20261120")


def test_only_listed_variables_are_passed_on() -> None:
    service = {"PATH": "/bin", "https_proxy": "http://proxy", "TZ": "UTC", "ETFBOT_TOKEN": SECRET, "AWS_SECRET": SECRET}
    passed_on = child_environment(service)
    assert passed_on.items() >= {("PATH", "/bin"), ("https_proxy", "http://proxy"), ("TZ", "UTC")}
    assert SECRET not in passed_on.values()


@pytest.mark.parametrize("rest", ["@proxy:99999", "/@proxy:8080", "\n@["])
def test_an_unreadable_proxy_is_an_error_without_its_password(rest: str, service_environment: dict[str, str]) -> None:
    environment = {**service_environment, "HTTPS_PROXY": f"http://reader:{SECRET}{rest}"}
    with pytest.raises(UnavailableError, match=r"the address of a proxy cannot be read$") as caught:
        Akshare(environment=environment).call("stock_margin_szse", date="20261120")
    assert SECRET[:5] not in str(caught.value)


def test_the_environment_does_not_show_when_a_caller_is_printed() -> None:
    assert SECRET not in repr(Akshare(environment={"ETFBOT_TELEGRAM_TOKEN": SECRET}))


def test_functions_off_the_list_are_not_called(started: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(ValueError, match="fund_etf_dividend_sina"):
        Akshare(environment={}).call("fund_etf_dividend_sina", year="2026")
    assert started == []


def test_children_run_side_by_side(service_environment: dict[str, str], publishers: dict[str, Endpoint]) -> None:
    caller = Akshare(environment=service_environment)
    days = ["20261119", "20261120"]
    with ThreadPoolExecutor(2) as threads:
        tables = list(threads.map(lambda day: caller.call("stock_margin_sse", start_date=day, end_date=day), days))
    assert [table["信用交易日期"].to_list() for table in tables] == [[day] for day in days]


def run(program: str, given: object) -> Any:
    """What a Python of its own prints as JSON, given JSON."""
    command = [sys.executable, "-c", program]
    return json.loads(subprocess.check_output(command, input=json.dumps(given), text=True, cwd=ROOT))  # noqa: S603


FETCH = """
import json, sys
from datetime import date
from bot.sources.datum import sources_in
from bot.sources.live import callers_of, live_data
from signals.core.calendar import TradingCalendar
day = date(2026, 11, 20)
data = live_data(callers_of(json.load(sys.stdin)), TradingCalendar.of([day]))
source = next(one for one in sources_in(data) if one.name == "akshare.sse_margin")
source.fetch(day)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_service_does_not_import_akshare(service_environment: dict[str, str]) -> None:
    modules = set(run(FETCH, service_environment))
    assert {"bot", "pandas"} <= modules
    assert modules & {"akshare", "requests", "curl_cffi", "py_mini_racer"} == set()


def test_a_child_is_found_from_any_folder(
    service_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bot.py").write_text("raise RuntimeError('not this one')")
    assert len(Akshare(environment=service_environment).call("stock_margin_szse", date="20261120")) == 1


def test_sources_call_what_is_listed_and_no_more() -> None:
    called: set[str] = set()

    class Recording(Akshare):
        def call(self, function: str, **arguments: str) -> pd.DataFrame:
            assert set(arguments) <= set(SIGNATURES[function])
            called.add(function)
            return pd.DataFrame()

    caller = Recording(environment={})
    callers = Callers(akshare=caller, http=Http(environment={}))
    for source in sources_in(live_data(callers, CALENDAR, ["000300", "399001"])):
        if type(source).__module__.startswith("bot.sources.akshare."):
            with contextlib.suppress(SourceError):
                source.fetch(DAY)
    with contextlib.suppress(SourceError):
        list(SinaSessions(caller).months([(2026, 11)]))
    assert called == set(FUNCTIONS)


SIGNATURE_PROGRAM = """
import inspect, json, sys, akshare
names = json.load(sys.stdin)
print(json.dumps({name: list(inspect.signature(getattr(akshare, name)).parameters) for name in names}))
"""


def test_the_functions_still_take_what_we_give_them() -> None:
    assert run(SIGNATURE_PROGRAM, sorted(FUNCTIONS)) == SIGNATURES
