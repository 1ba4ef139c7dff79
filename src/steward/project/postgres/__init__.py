"""The PostgreSQL that Steward carries: initialised, started, adopted and stopped by us; and the roles on any server.

Cluster
    one data directory of PostgreSQL 18, `<data>/postgres`, reachable through a UNIX socket only.
Adopt
    to go on with a server that is already running on our socket, after its supervisor was killed.
"""

from steward.project.postgres.binaries import binaries
from steward.project.postgres.errors import PostgresError
from steward.project.postgres.placing import default_data
from steward.project.postgres.roles import Login, Prepared, Roles, prepare
from steward.project.postgres.server import Server, dsn, initialise, socket_directory, start

__all__ = [
    "Login",
    "PostgresError",
    "Prepared",
    "Roles",
    "Server",
    "binaries",
    "default_data",
    "dsn",
    "initialise",
    "prepare",
    "socket_directory",
    "start",
]
