"""Backups: made, kept for thirty days, and brought back without anybody who was erased meanwhile.

Backup
    a folder with the database and the files, encrypted under a key of its own, and a manifest that names nobody.
Place
    the folder that backups lie in; it belongs to one region.
Replay
    carrying out again, on a restored database, what was erased after the backup was made.

The keys are never in a backup. They are copied apart from it, and such copies live for seven days.
"""
