"""Some akshare functions run what they receive: the child may do so, the service gets data or an error of one line."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from bot.sources.akshare.call import REASON_CHARACTERS_MAX, Akshare
from bot.sources.base import SourceChangedError, SourceError, UnavailableError
from tests.fakes.endpoint import Body, Endpoint, Row
from tests.fakes.upstream import Upstream

SECRET = "7712345678:AAH-telegram-token"
ROOT = str(Path(__file__).parents[2])


class SplitList(Endpoint):
    """Eastmoney's list of splits, which akshare evaluates as Python: the code stands in the first cell."""

    host: ClassVar[str] = "fund.eastmoney.com"
    path: ClassVar[str] = "/Data/funddataIndex_Interface.aspx"
    code = "'159583'"

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        return [{"code": self.code}]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        table = f'[[{self.code},"名","2026-11-05","份额分拆","2.000000",""]]'
        content = f"var pageinfo = [1,1];var jjcf_data={table};var jjcf_jjgs=[];"
        return Body(content=content.encode(), content_type="text/html; charset=utf-8")


@pytest.fixture(scope="module")
def splits() -> SplitList:
    return SplitList()


@pytest.fixture(scope="module")
def split_caller(splits: SplitList) -> Iterator[Akshare]:
    with Upstream(splits) as upstream:
        environment = {**os.environ, **upstream.environment, "ETFBOT_TELEGRAM_TOKEN": SECRET}
        yield Akshare(environment=environment, deadline_seconds=30, functions=frozenset({"fund_cf_em"}))


@pytest.fixture
def line_home() -> Iterator[socket.socket]:
    """Where code that escaped calls home; its end of the line closes when it dies, and not before."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        yield listener


def calls_home(listener: socket.socket) -> str:
    """An expression that starts a process of its own, which stays on the line, and then never returns."""
    port = listener.getsockname()[1]
    program = f"import socket, time; line = socket.create_connection(('127.0.0.1', {port})); time.sleep(120)"
    run = f"__import__('subprocess').Popen([__import__('sys').executable, '-c', {program!r}])"
    return f"[{run}, __import__('time').sleep(120)]"


def test_what_the_child_started_dies_with_it(
    split_caller: Akshare, splits: SplitList, line_home: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splits, "code", calls_home(line_home))
    caller = replace(split_caller, deadline_seconds=8)
    with pytest.raises(UnavailableError, match="no answer within 8 s"):
        caller.call("fund_cf_em", year="2026")
    line, _ = line_home.accept()
    with line:
        line.settimeout(10)
        assert line.recv(1) == b""


SERVICE = """
import json, sys
from bot.sources.akshare.call import REASON_CHARACTERS_MAX, Akshare
caller = Akshare(environment=json.load(sys.stdin), deadline_seconds=4, functions=frozenset({"fund_cf_em"}))
caller.call("fund_cf_em", year="2026")
"""


def test_a_child_whose_service_was_killed_ends_by_itself(
    split_caller: Akshare, splits: SplitList, line_home: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = line_home.getsockname()[1]
    stays = f"[__import__('socket').create_connection(('127.0.0.1', {port})), __import__('time').sleep(120)]"
    monkeypatch.setattr(splits, "code", stays)
    command = [sys.executable, "-c", SERVICE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT) as service:  # noqa: S603
        assert service.stdin is not None
        service.stdin.write(json.dumps(dict(split_caller.environment)).encode())
        service.stdin.close()
        line, _ = line_home.accept()
        service.kill()
    with line:
        line.settimeout(20)
        assert line.recv(1) == b""


def test_evaluated_code_sees_no_variable_of_ours_and_not_our_process(
    split_caller: Akshare, splits: SplitList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen.json"
    look = "[dict(__import__('os').environ), __import__('os').getpid()]"
    monkeypatch.setattr(splits, "code", f"__import__('json').dump({look}, open({str(seen)!r}, 'w')) or '159583'")
    split_caller.call("fund_cf_em", year="2026")
    variables, process = json.loads(seen.read_text())
    assert process != os.getpid()
    assert variables["HTTPS_PROXY"].startswith("http://127.0.0.1:")
    assert variables["TQDM_DISABLE"] == "1"
    assert SECRET not in json.dumps(variables)
    assert [name for name in variables if name.startswith("ETFBOT_")] == []


def test_what_evaluated_code_returns_arrives_as_text(
    split_caller: Akshare, splits: SplitList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splits, "code", "type('Trap', (), {'__reduce__': lambda self: (exit, ())})()")
    table = split_caller.call("fund_cf_em", year="2026")
    assert "Trap object" in table["基金代码"].iloc[0]
    assert table["拆分折算日"].iloc[0] == date(2026, 11, 5)
    assert table["拆分折算"].iloc[0] == 2.0


def test_what_evaluated_code_prints_is_not_taken_for_an_answer(
    split_caller: Akshare, splits: SplitList, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = json.dumps({"outcome": "table", "columns": []})
    monkeypatch.setattr(
        splits, "code", f"[print({forged!r}, flush=True), __import__('os').write(1, b'x'), '159583'][2]"
    )
    assert split_caller.call("fund_cf_em", year="2026")["基金代码"].to_list() == ["159583"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("__import__('os').abort()", UnavailableError("fund_cf_em: the child ended with status -6")),
        ("exit('out of here\\n\\n')", UnavailableError("fund_cf_em: the child ended with status 1: out of here")),
        ("__import__('os')._exit(0)", SourceChangedError("answer", "fund_cf_em: unreadable")),
        ("undefined", SourceChangedError("answer", "fund_cf_em: NameError: name 'undefined' is not defined")),
    ],
)
def test_evaluated_code_that_ends_the_child_is_an_error_of_one_line(
    code: str,
    error: SourceError,
    split_caller: Akshare,
    splits: SplitList,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(splits, "code", code)
    with pytest.raises(type(error), match=str(error)):
        split_caller.call("fund_cf_em", year="2026")


def test_an_error_is_one_short_printable_line_without_a_password(
    split_caller: Akshare, splits: SplitList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splits, "code", f"exit('http://reader:{SECRET}@proxy/ \\x1b[31m ' + 'x' * 1000)")
    with pytest.raises(UnavailableError) as caught:
        split_caller.call("fund_cf_em", year="2026")
    assert SECRET not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) == REASON_CHARACTERS_MAX
