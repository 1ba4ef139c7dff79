"""What is backed up here, and with which programs."""

import os
import shutil
from pathlib import Path

from steward.backups.dumping import Database
from steward.backups.making import Source
from steward.backups.places import place_of
from steward.backups.standing import Layout
from steward.privacy.egress import configuration
from steward.privacy.egress.database import resolve_database
from steward.project import settings
from steward.project.failure import Failure
from steward.project.postgres import PostgresError, Server, binaries
from steward.tenancy.residency import NotHere, data_centre_here


def database_of(server: Server | None) -> Database:
    """The embedded one as its superuser, whom no policy binds; one of somebody else's as the owner of the tables.

    Raises `Failure`.
    """
    if server is not None:
        return Database(server.dsn("postgres"), binaries())
    if "DATABASE_OWNER_URL" not in os.environ:
        raise Failure("DATABASE_OWNER_URL is needed to back up or restore a database of your own.")
    return Database(resolve_database(os.environ["DATABASE_OWNER_URL"]), _programs())


def _programs() -> Path | None:
    """Those on the PATH, which are likely as new as that server; else ours, if they are there."""
    if shutil.which("pg_dump"):
        return None
    try:
        return binaries()
    except PostgresError:
        return None


def programs_only() -> Database:
    """For reading a backup without a database."""
    try:
        return Database("", binaries())
    except PostgresError:
        return Database("")


def source(server: Server | None) -> Source:
    """Raises `Failure` where nobody knows the data centre that is named."""
    try:
        here = data_centre_here()
    except NotHere as problem:
        raise Failure(str(problem)) from problem
    place = {"region": here.region_id, "data_centre": here.code} if here else {}
    return Source(database_of(server), files(), **place, bucket=configuration.object_store())


def files() -> Path:
    """The folder of the files: all of them, or those that are not in the bucket yet."""
    return settings.STEWARD_DATA / "files"


def layout() -> Layout:
    """Where things lie."""
    ledger, backups = settings.STEWARD_LEDGER, settings.STEWARD_BACKUPS
    return Layout(
        settings.STEWARD_DATA,
        Path(ledger) if ledger else None,
        place_of(backups) if backups else None,
        configuration.object_store(),
    )
