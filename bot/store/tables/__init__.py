"""The tables, as the newest migration leaves them, by what they hold."""

from bot.store.tables.base import ID, METADATA, Moment
from bot.store.tables.market import FETCHES, QUARANTINE, RUNS, SESSIONS, SNAPSHOTS
from bot.store.tables.people import AUDIT, BANS, BEGINNINGS, CHAT, IMPORTS, MANAGING
from bot.store.tables.readers import RULE_DRAFTS, RULE_HITS, RULES, SUBSCRIPTIONS, WATCHLISTS
from bot.store.tables.told import ALERTS, CREW, DELIVERIES, DELIVERY_ALERTS, PICTURES, UPLOADS

__all__ = [
    "ALERTS",
    "AUDIT",
    "BANS",
    "BEGINNINGS",
    "CHAT",
    "CREW",
    "DELIVERIES",
    "DELIVERY_ALERTS",
    "FETCHES",
    "ID",
    "IMPORTS",
    "MANAGING",
    "METADATA",
    "PICTURES",
    "QUARANTINE",
    "RULES",
    "RULE_DRAFTS",
    "RULE_HITS",
    "RUNS",
    "SESSIONS",
    "SNAPSHOTS",
    "SUBSCRIPTIONS",
    "UPLOADS",
    "WATCHLISTS",
    "Moment",
]
