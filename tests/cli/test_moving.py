"""`etfbot admin move`: the whole database in another place, once."""

from pathlib import Path

from tests.cli.program import Program


def test_a_database_is_moved_once(etfbot: Program, demo_url: str, tmp_path: Path) -> None:
    goal = f"sqlite:///{tmp_path / 'goal.db'}"
    said = etfbot.run("admin", "move", goal, "--database", demo_url)
    assert (said.code, said.err) == (0, "")
    counts = dict(line.split() for line in said.out.splitlines()[:-1])
    assert int(counts["snapshots"]) > 10
    there = etfbot.run("digest", "--day", "2025-02-11", "--database", goal)
    assert there.out == etfbot.run("digest", "--day", "2025-02-11", "--database", demo_url).out != ""
    again = etfbot.run("admin", "move", goal, "--database", demo_url)
    assert again.code == 1
    assert "not empty" in again.complaint


def test_a_goal_that_is_no_database_is_named(etfbot: Program, demo_url: str) -> None:
    said = etfbot.run("admin", "move", "mysql://me:geheim@host/x", "--database", demo_url)
    assert said.code in {1, 2}
    assert "mysql" in said.complaint
    assert "geheim" not in said.err
