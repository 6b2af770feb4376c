"""The audit of dependencies: the real program, asked about a lock file of ours, against a database of ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.web.served import free_port
from tools.audit import FAILED, FINE, FOUND, LOCK, NOT_CHECKED, audit, verdict

ROOT = Path(__file__).parents[2]
ADVISORY = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-0001"],
    "summary": "A hole.",
    "affected": [
        {
            "package": {"name": "holey", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}],
        }
    ],
}


@contextmanager
def database(advisories: dict[str, list[dict[str, Any]]], status: int = 200) -> Iterator[str]:
    """Answers as an OSV server does: what is known of a package."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = advisories.get(asked["package"]["name"], [])
            body = json.dumps({"vulns": known} if known else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/query"
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    written = tmp_path / "requirements.lock"
    pins = [f"{name}==1.0 \\\n    --hash=sha256:{'0' * 64}\n" for name in ("holey", "sound")]
    written.write_text("".join(pins), encoding="utf-8")
    return written


def options(place: str) -> list[str]:
    return ["--vulnerability-service=osv", f"--osv-url={place}"]


def test_what_is_known_fails_and_is_named(lock: Path) -> None:
    with database({"holey": [ADVISORY]}) as place:
        told = audit(lock, options(place))
    assert told.code == FOUND
    (line,) = told.lines
    assert line.startswith("holey 1.0: ")
    assert all(word in line for word in ("GHSA-aaaa-bbbb-cccc", "CVE-2026-0001", "fixed in 1.2"))


def test_what_nobody_complains_of_passes(lock: Path) -> None:
    with database({}) as place:
        assert audit(lock, options(place)).lines == ("2 packages checked, no known vulnerability",)


def test_a_database_out_of_reach_passes_and_is_told(lock: Path) -> None:
    told = audit(lock, options(f"http://127.0.0.1:{free_port()}/query"))
    assert (told.code, told.lines[0]) == (FINE, NOT_CHECKED)


def test_one_that_is_broken_is_out_of_reach_too(lock: Path) -> None:
    with database({}, status=503) as place:
        told = audit(lock, options(place))
    assert (told.code, told.lines[0]) == (FINE, NOT_CHECKED)


def test_a_lock_file_that_cannot_be_read_fails(lock: Path) -> None:
    lock.write_text("holey==1.0\n", encoding="utf-8")
    told = audit(lock, options(f"http://127.0.0.1:{free_port()}/query"))
    assert told.code == FAILED
    assert "the audit failed" in told.lines[0]


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([], FINE, NOT_CHECKED),
        ([{"name": "a", "skip_reason": "not found"}], FINE, NOT_CHECKED),
        ([{"name": "a", "version": "1", "vulns": []}], FINE, "1 packages checked, no known vulnerability"),
        (
            [{"name": "a", "version": "1", "vulns": []}, *({"name": f"b{n}", "skip_reason": "x"} for n in range(7))],
            FINE,
            "1 packages checked, no known vulnerability; not known there: b0, b1, b2, b3, b4 and 2 more",
        ),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": [], "aliases": []}]}],
            FOUND,
            "a 1: PYSEC-1 (fixed in no version yet)",
        ),
    ],
)
def test_a_report_is_understood(packages: list[dict[str, Any]], code: int, said: str) -> None:
    told = verdict(json.dumps({"dependencies": packages, "fixes": []}), "No known vulnerabilities found")
    assert (told.code, told.lines) == (code, (said,))


@pytest.mark.parametrize("report", ["", "{", "[]", "null", '{"dependencies": 3}', '{"dependencies": ["a"]}', "{}"])
def test_no_report_is_no_pass(report: str) -> None:
    assert verdict(report, "ERROR:pip_audit: a defect\n").code == FAILED
    assert verdict(report, "").code == FAILED
    assert verdict(report, "Connection refused\n").lines[0] == NOT_CHECKED


def test_continuous_integration_audits_what_is_installed() -> None:
    assert "make audit" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "python -m tools.audit" in (ROOT / "Makefile").read_text("utf-8")
    assert LOCK.is_file()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_its_hash_and_no_file_names_an_index(name: str) -> None:
    pins = (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    packages = [one for one in pins if one and not one.lstrip().startswith("#")]
    assert len(packages) > 50
    assert [one for one in packages if "==" not in one or "--hash=sha256:" not in one] == []
    assert [one for one in pins if one.lstrip().startswith("-") or "://" in one] == [], "options of pip, addresses"
