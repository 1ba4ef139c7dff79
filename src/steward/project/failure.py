"""What ends a command with a sentence instead of a traceback."""

# sysexits.h, as mail servers that pipe into us read them.
NO_USER = 67
TEMPORARY = 75


class Failure(Exception):
    """One sentence for whoever typed the command, and the exit code."""

    def __init__(self, sentence: str, *, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
