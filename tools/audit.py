"""Ask an advisory database about what the lock file pins: known vulnerabilities fail, a database out of reach does not.

    python -m tools.audit [LOCK]

Exit codes: 0 = nothing known, or nothing could be asked, which is said; 1 = something is known; 2 = the audit failed.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
PATIENCE_SECONDS = 300
NOT_CHECKED = "not checked: no advisory database reachable"
FINE, FOUND, FAILED = 0, 1, 2

_OUT_OF_REACH = re.compile(
    r"ServiceError|connect|timed? ?out|resolve|unreachable|proxy|ssl|HTTP ?error|\b50\d\b", re.IGNORECASE
)
"""What the last lines of an audit say that did not get through."""
_NAMED_MAX = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit came to: the exit code, and what to print."""

    code: int
    lines: tuple[str, ...]


def audit(lock: Path, options: Sequence[str] = ()) -> Verdict:
    """Audit every pinned version of a lock file, without installing any."""
    asked = ["--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off", *options]
    command = [sys.executable, "-m", "pip_audit", *asked, "--requirement", str(lock)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603 - our own interpreter
    except subprocess.TimeoutExpired:
        return Verdict(FINE, (f"{NOT_CHECKED} within {PATIENCE_SECONDS} s",))
    return verdict(done.stdout, done.stderr)


def verdict(report: str, complaint: str) -> Verdict:
    """What a report in JSON says; without one, what the complaint does.

    A package that the database does not know is none that was checked: a mirror of the package index answers
    "not found" for every one of them, and calling that clean would be a lie.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
        known = [_told(one, each) for one in packages for each in one.get("vulns", ())]
        unchecked = [str(one["name"]) for one in packages if "skip_reason" in one]
        checked = len(packages) - len(unchecked)
    except (ValueError, KeyError, TypeError, AttributeError):
        return _without_report(complaint)
    if known:
        return Verdict(FOUND, tuple(known))
    if not checked:
        return Verdict(FINE, (NOT_CHECKED,))
    rest = f"; not known there: {_named(unchecked)}" if unchecked else ""
    return Verdict(FINE, (f"{checked} packages checked, no known vulnerability{rest}",))


def _told(package: dict[str, Any], advisory: dict[str, Any]) -> str:
    names = ", ".join([advisory["id"], *advisory.get("aliases", ())])
    fixed = ", ".join(advisory.get("fix_versions", ())) or "no version yet"
    return f"{package['name']} {package['version']}: {names} (fixed in {fixed})"


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_MAX
    return ", ".join(names[:_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def _without_report(complaint: str) -> Verdict:
    last = next((line for line in reversed(complaint.splitlines()) if line.strip()), "pip-audit said nothing")
    if _OUT_OF_REACH.search(last):
        return Verdict(FINE, (NOT_CHECKED, last))
    return Verdict(FAILED, (f"the audit failed: {last}",))


if __name__ == "__main__":
    said = audit(Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK)
    print("audit:", "\n       ".join(said.lines))  # noqa: T201 - a program's output
    sys.exit(said.code)
