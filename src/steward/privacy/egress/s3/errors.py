"""What can go wrong with an object store."""


class StoreFault(OSError):
    """The store did not do what was asked. `is_passing`: the same may go well later."""

    def __init__(self, words: str, *, is_passing: bool = False, status: int = 0) -> None:
        super().__init__(words)
        self.is_passing = is_passing
        self.status = status
