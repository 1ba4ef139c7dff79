"""The state of the installation in words: each finding is good, worth a look, or bad."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from steward.backups.errors import BackupFault
from steward.backups.looking import last_look
from steward.backups.places import Place, place_of
from steward.backups.remote import Remote
from steward.backups.standing import FRESH, last_backup
from steward.jobs.queries import workers
from steward.lib.clock import now
from steward.lifecycle.alarms import late_accounts, stuck_departures
from steward.operator.gauges import queue_age
from steward.privacy.agreements.access import count_overdue
from steward.privacy.audit.queries import broken_audits, is_anchoring_late, why_not_carried
from steward.privacy.egress import residency
from steward.privacy.incidents.queries import alarms
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.privacy.keys.store import installation_key, key_folder
from steward.privacy.subprocessors.actions.objections import overdue
from steward.tenancy.models import SHUT_FOR_GOOD, Account
from steward.ui.ages import file_size, full_day, full_moment

LATE = 300.0  # seconds the oldest due job may wait before the queue is called late
_SILENT = timedelta(seconds=60)  # a worker that said nothing for so long is dead
_FULL, _NEARLY_FULL = 0.05, 0.15  # of the disk that is free
_ASKED_LATELY = timedelta(hours=1)  # a bucket, every ten minutes
_EXPIRES_SOON = timedelta(days=21)
_up_to_date: set[str] = set()  # databases that had all migrations; they do not lose them again


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the overview. `tone` is ok, warn or bad."""

    what: str
    words: str
    tone: str = "ok"
    items: tuple[str, ...] = ()  # below the words


def findings() -> list[Finding]:
    """Everything that is looked at, in the order of the page."""
    return [each() for each in _LOOKED_AT]


def missing_migrations() -> int:
    """How many migrations the database lacks; asks it only until there are none."""
    name = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if name in _up_to_date:
        return 0
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not missing:
        _up_to_date.add(name)
    return missing


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = file_size(cursor.fetchone()[0])
    version = ".".join(map(str, divmod(connection.pg_version, 10_000)))  # type: ignore[attr-defined]
    words = _("PostgreSQL %(version)s answers; the database takes %(size)s.") % {"version": version, "size": size}
    return Finding(_("Database"), words)


def _migrations() -> Finding:
    missing = missing_migrations()
    if not missing:
        return Finding(_("Migrations"), _("The database is as this version needs it."))
    words = ngettext(
        "%(count)d migration is missing: run “steward migrate”.",
        "%(count)d migrations are missing: run “steward migrate”.",
        missing,
    )
    return Finding(_("Migrations"), words % {"count": missing}, "bad")


def _queue() -> Finding:
    age = queue_age()
    if age <= LATE:
        return Finding(_("Queue"), _("Jobs that are due are done at once, or within five minutes."))
    minutes = int(age // 60)
    words = ngettext(
        "The oldest job that is due has waited for %(count)d minute: is a worker running?",
        "The oldest job that is due has waited for %(count)d minutes: is a worker running?",
        minutes,
    )
    return Finding(_("Queue"), words % {"count": minutes}, "bad")


def _workers() -> Finding:
    living = sum(1 for worker in workers() if now() - worker.seen_at < _SILENT)
    if not living:
        return Finding(_("Workers"), _("No worker has given a sign of life lately: mail and jobs wait."), "bad")
    words = ngettext("%(count)d worker is at work.", "%(count)d workers are at work.", living)
    return Finding(_("Workers"), words % {"count": living})


def _disk() -> Finding:
    usage = shutil.disk_usage(settings.STEWARD_DATA)
    share = usage.free / usage.total
    tone = "bad" if share < _FULL else "warn" if share < _NEARLY_FULL else "ok"
    words = _("%(free)s of %(total)s are free where the data lie.")
    told = {"free": file_size(usage.free), "total": file_size(usage.total)}
    return Finding(_("Disk"), words % told, tone)


def _keys() -> Finding:
    try:
        installation_key()
    except (KeyMissing, Tampered, OSError, ValueError):
        return Finding(
            pgettext("encryption", "Keys"),
            _("The installation’s key cannot be read: mail about sign-ins cannot leave."),
            "bad",
        )
    kept = {path.stem for path in key_folder().glob("*.key")}
    needed = Account.objects.exclude(state__in=SHUT_FOR_GOOD).values_list("pk", flat=True)
    without = sum(1 for account_id in needed.iterator() if str(account_id) not in kept)
    if without:
        words = ngettext("%(count)d account has no data key.", "%(count)d accounts have no data key.", without)
        return Finding(pgettext("encryption", "Keys"), words % {"count": without}, "bad")
    return Finding(pgettext("encryption", "Keys"), _("The master key opens the keys, and every account has one."))


def _certificate() -> Finding:
    if not settings.STEWARD_TLS_CERT:
        return Finding(_("Certificate"), _("None is set: the mail server offers no encryption of its own."), "warn")
    try:
        ends = x509.load_pem_x509_certificate(Path(settings.STEWARD_TLS_CERT).read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return Finding(_("Certificate"), _("The file of STEWARD_TLS_CERT is no certificate that can be read."), "bad")
    words = _("The mail server’s certificate is good until %(day)s.") % {"day": full_day(ends.date())}
    tone = "bad" if ends <= now() else "warn" if ends - now() < _EXPIRES_SOON else "ok"
    return Finding(_("Certificate"), words, tone)


def _objections() -> Finding:
    late = overdue()
    words = ngettext(
        "%(count)d objection, or notice that came back, waits for longer than 10 working days.",
        "%(count)d objections, or notices that came back, wait for longer than 10 working days.",
        late,
    )
    return _answered(_("Objections to subprocessors"), late, words)


def _agreements() -> Finding:
    late = count_overdue()
    words = ngettext(
        "%(count)d text waits for longer than 10 working days.",
        "%(count)d texts wait for longer than 10 working days.",
        late,
    )
    return _answered(_("Agreements of customers"), late, words)


def _incidents() -> Finding:
    """Whether accounts are told of incidents in time."""
    loud = alarms()
    if not loud:
        return Finding(_("Incidents"), _("No account waits for a notice."))
    words = ngettext(
        "Accounts have to be told of %(count)d incident, or a notice reached nobody there.",
        "Accounts have to be told of %(count)d incidents, or a notice reached nobody there.",
        len(loud),
    )
    tone = "bad" if any(one.is_bad for one in loud) else "warn"
    titles = tuple(f"{one.incident.number}: {one.incident.title}" for one in loud)
    return Finding(_("Incidents"), words % {"count": len(loud)}, tone, titles)


def _audits() -> Finding:
    """Whether the record of what happened holds in every account, and is anchored."""
    about, broken = pgettext("settings", "Audit"), broken_audits()
    if broken:
        words = ngettext(
            "The record of what happened does not hold in %(count)d account: run “steward audit verify”.",
            "The record of what happened does not hold in %(count)d accounts: run “steward audit verify”.",
            len(broken),
        )
        slugs = Account.objects.filter(pk__in=broken).order_by("slug").values_list("slug", flat=True)
        return Finding(about, words % {"count": len(broken)}, "bad", tuple(slugs))
    if is_anchoring_late() or why_not_carried():
        return Finding(about, _("Where the records end was not noted in the second place for more than a day."), "bad")
    return Finding(about, _("Every record that was checked holds, and where it ends is noted in a second place."))


def _lives() -> Finding:
    """Whether accounts take their steps in time, and those that are to be deleted are."""
    about, stuck, late = _("Life of accounts"), stuck_departures(), late_accounts()
    if stuck:
        words = ngettext(
            "%(count)d account should be deleted, and that does not come to an end.",
            "%(count)d accounts should be deleted, and that does not come to an end.",
            len(stuck),
        )
        return Finding(about, words % {"count": len(stuck)}, "bad", tuple(stuck))
    if late:
        words = ngettext(
            "%(count)d account has had a step or a warning due for more than two hours: is a worker running?",
            "%(count)d accounts have had a step or a warning due for more than two hours: is a worker running?",
            late,
        )
        return Finding(about, words % {"count": late}, "bad")
    return Finding(about, _("No step and no warning is overdue."))


def _answered(about: str, late: int, words: str) -> Finding:
    """Whether accounts are answered in time; `words` say how many are not."""
    if not late:
        return Finding(about, _("None waits for longer than 10 working days."))
    return Finding(about, words % {"count": late}, "bad")


def _backup() -> Finding:
    place = settings.STEWARD_BACKUPS
    if not place:
        words = _(
            "No folder for backups is set (STEWARD_BACKUPS). docs/operate/backup.md says what has to be copied, and "
            "how:"
        )
        return Finding(_("Backup"), words, "warn", _to_copy())
    try:
        kept = place_of(place)
        return _backup_in_bucket(kept) if isinstance(kept, Remote) else _last_backup(kept, last_backup(kept))
    except BackupFault as fault:
        return Finding(_("Backup"), str(fault), "bad")


def _backup_in_bucket(place: Remote) -> Finding:
    """As it said last: no page waits for another machine."""
    seen = last_look(place)
    if seen is None:
        words = _("%(bucket)s was not asked for its backups yet: a worker does that every ten minutes.")
        return Finding(_("Backup"), words % {"bucket": place}, "warn")
    is_old = seen.asked_at + _ASKED_LATELY < now()
    as_of = (_("As of %(moment)s.") % {"moment": full_moment(seen.asked_at)},)
    if seen.fault or is_old:
        silent = _("%(bucket)s was not asked for its backups lately: is a worker running?") % {"bucket": place}
        return Finding(_("Backup"), seen.fault or silent, "bad", as_of)
    return replace(_last_backup(place, seen.last_at), items=as_of)


def _last_backup(place: Place, last: datetime | None) -> Finding:
    if last is None:
        return Finding(_("Backup"), _("There is no backup in %(folder)s yet.") % {"folder": place}, "bad")
    words = _("The last backup was made on %(day)s.") % {"day": full_day(localtime(last).date())}
    return Finding(_("Backup"), words, "ok" if last + FRESH > now() else "bad")


def _to_copy() -> tuple[str, ...]:
    """What a backup of this machine consists of, with the places where it lies."""
    host, data = str(connection.settings_dict["HOST"]), settings.STEWARD_DATA
    is_embedded = Path(host) == data / "run"
    database = _("the database, which Steward runs itself") if is_embedded else _("the database at %(host)s")
    keys = _("the keys of the accounts in %(folder)s; copies of them are kept for seven days at most")
    return (
        database % {"host": host},
        _("the files in %(folder)s") % {"folder": data / "files"},
        keys % {"folder": key_folder()},
        _("the master key and the secret, apart from all the rest"),
    )


def _places() -> Finding:
    """Where data lie, and with whom."""
    found = residency.findings()
    errors = tuple(one.words for one in found if one.is_error)
    if not errors:
        words = (
            found[0].words if found else _("Data lie in the region of their accounts, with those who are registered.")
        )
        return Finding(_("Where data lie"), words)
    return Finding(_("Where data lie"), _("Not everything is where accounts were told it is:"), "bad", errors)


_LOOKED_AT: tuple[Callable[[], Finding], ...] = (
    _database, _migrations, _workers, _queue, _disk, _keys, _certificate, _objections, _agreements, _incidents,
    _audits, _lives, _backup,
)  # fmt: skip
