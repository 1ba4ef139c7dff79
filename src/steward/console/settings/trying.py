"""Trying something out with what is typed and not saved: in no transaction, and not kept.

Three steps: who asks and what is to be tried (in the account's scope), the conversation with the server (outside
it), the page (in a scope again). The pages that do it say what to prepare and how to show what came of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from steward.console.settings.mail_words import BUSY
from steward.people.throttling import Limit, TooManyTries, count_try

# Makes the page: `show(request, fault=..., trial=...)`, with why nothing was tried or with what came of it.
Show = Callable[..., HttpResponseBase]


class Prepared(HttpResponse):
    """No answer yet: what is to be tried before there is one."""

    def __init__(self, run: Callable[[], Any]) -> None:
        super().__init__(status=204)
        self.run = run


@dataclass(frozen=True, slots=True)
class Trials:
    """One kind of trial: how often somebody may ask for it, and how many run at once in a process."""

    limit: Limit
    # Each keeps a thread of the web server for up to 15 seconds.
    at_once: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2))

    @classmethod
    def named(cls, name: str) -> "Trials":
        """Twenty in ten minutes for each member."""
        return cls(Limit(name, 20, timedelta(minutes=10)))

    def answer(self, request: Any, prepare: Callable[[Any], HttpResponseBase], show: Show) -> HttpResponseBase:
        """Prepare, try, show. Who may do it at all, `prepare` decides."""
        if request.user.is_authenticated and request.account is not None:
            try:
                count_try(self.limit, f"{request.account.id} {request.user.pk}")
            except TooManyTries as refusal:
                return show(request, fault=refusal.words, trial=None)
        prepared = prepare(request)
        if not isinstance(prepared, Prepared):
            return prepared
        if not self.at_once.acquire(blocking=False):
            return show(request, fault=str(BUSY), trial=None)
        try:
            trial = prepared.run()
        finally:
            self.at_once.release()
        return show(request, fault="", trial=trial)
