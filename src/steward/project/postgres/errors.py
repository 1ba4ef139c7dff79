"""What can go wrong with the database server, said in one sentence a person can act on."""


class PostgresError(RuntimeError):
    """The database server or its roles cannot be had; the message says which folder, role or setting is at fault."""
