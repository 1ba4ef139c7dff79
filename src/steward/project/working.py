"""The worker: procrastinate's loop in the main thread, the intake of mail beside it; either one ends both."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from steward.channels.email import intake

GRACE = 5.0  # seconds a running job has after SIGTERM; the supervisor's patience is 8

Loop = Callable[[threading.Event], None]


def work(*, concurrency: int, beside: Loop = intake.run_forever) -> None:
    """Work until SIGTERM or SIGINT. Raises what the loop beside raised, so that the process is started again."""
    connector = app.connector
    assert isinstance(connector, DjangoConnector)  # noqa: S101 - set up by procrastinate's Django application
    with app.replace_connector(connector.get_worker_connector()):
        asyncio.run(_work(concurrency, beside))


def take_in_mail() -> None:
    """Turn mail into tickets until SIGTERM or SIGINT, in a process of its own: jobs then take no time from it."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    intake.run_forever(stop)


def nothing(stop: threading.Event) -> None:
    """The loop beside jobs where another process takes in the mail."""
    stop.wait()


async def _work(concurrency: int, beside: Loop) -> None:
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    async with app.open_async():
        jobs = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency,
                listen_notify=True,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE,
                install_signal_handlers=False,
            )
        )
        other = asyncio.create_task(asyncio.to_thread(beside, stop))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _end, stop, jobs)
        await asyncio.wait({jobs, other}, return_when=asyncio.FIRST_COMPLETED)
        _end(stop, jobs)
        with contextlib.suppress(asyncio.CancelledError):
            await jobs
        await other


def _end(stop: threading.Event, jobs: "asyncio.Task[None]") -> None:
    if not stop.is_set():  # a second cancellation would not let running jobs finish
        stop.set()
        jobs.cancel()  # procrastinate takes it as the wish to stop
