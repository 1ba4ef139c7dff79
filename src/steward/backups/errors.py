"""What can be wrong with a backup, in a sentence for whoever typed the command."""


class BackupFault(Exception):
    """It cannot be made, read, or brought back; the message says why, and what to do."""
