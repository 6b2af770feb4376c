"""How administrators run the service, as the settings have it."""

from bot.admin.office import LIMITS, Limit, Office
from bot.messages.digest import DigestLimits
from bot.poll import World
from bot.schedule import Timetable, due_slots
from config.settings import Settings, bounds_of


def office_of(settings: Settings, world: World, timetable: Timetable, digest: DigestLimits) -> Office:
    """How administrators run the service, over what the files say."""
    return Office(
        world=world,
        digest=digest,
        limits={key: _limit_of(settings, key) for key in LIMITS},
        where=settings.where,
        slots=lambda after, until: due_slots(timetable, world.calendar, after, until),
        backup_folder=settings.backup.folder,
        backups_kept=settings.backup.keep,
    )


def _limit_of(settings: Settings, key: str) -> Limit:
    least, most = bounds_of(key)
    table, name = key.split(".")
    return Limit(key=key, base=getattr(getattr(settings, table), name), least=least, most=most)
