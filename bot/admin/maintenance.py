"""Maintenance: what stands still meanwhile, and what people who ask are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.store.changes import States

KEY = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """The service is being worked on."""

    text: str
    """In the operator's own words; empty = the usual ones."""
    polls: bool
    """Polls and digests go on."""
    sends: bool
    """Messages go out."""


def maintenance_of(overrides: Mapping[str, Any]) -> Maintenance | None:
    """What is on; None while the service works as ever."""
    state = overrides.get(KEY)
    if not isinstance(state, Mapping):
        return None
    return Maintenance(
        text=str(state.get("text", "")), polls=bool(state.get("polls", True)), sends=bool(state.get("sends", True))
    )


def maintained(text: str, *, polls: bool, sends: bool) -> States:
    """Maintenance begins, or goes on otherwise."""
    return {KEY: {"text": text.strip(), "polls": polls, "sends": sends}}


def ended() -> States:
    """Everything goes on as ever."""
    return {KEY: None}
