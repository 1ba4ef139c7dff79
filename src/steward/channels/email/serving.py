"""`steward mail`: the listener and the mailboxes in one process, until it is told to stop."""

import asyncio
import ipaddress
import logging
import os
import signal
import threading

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from steward.channels.email.fetching import Fetching
from steward.channels.email.listening import LINGER_SECONDS, Listener
from steward.privacy.egress import wall
from steward.privacy.egress.ledger import flush_lookups

logger = logging.getLogger(__name__)


def run() -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    wall.install()
    asyncio.run(_serve())
    flush_lookups()
    if _is_anything_stuck():
        logging.shutdown()
        os._exit(0)  # the interpreter would wait for a commit that hangs; its clients were told to come again
    return 0


async def _serve() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    listener = Listener(_address(settings.STEWARD_SMTP_HOST), settings.STEWARD_SMTP_PORT)
    await listener.start()
    fetching = Fetching()
    fetching.start()
    logger.info("listening on %s port %d (SMTP)", listener.host, listener.port)
    await stop.wait()
    # At the same time: what the listener needs for mail that is coming in is all the time there is.
    await asyncio.gather(listener.stop(), asyncio.to_thread(fetching.stop, LINGER_SECONDS))


def _is_anything_stuck() -> bool:
    """Whether a thread that was told to end does not."""
    threads = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    working = [thread for thread in threads if not thread.daemon]
    for thread in working:
        thread.join(0.5)
    return any(thread.is_alive() for thread in working)


def _address(host: str) -> str:
    """The IP address to listen on: names would have to be looked up."""
    host = {"localhost": "127.0.0.1", "": "0.0.0.0", "*": "0.0.0.0"}.get(host, host)  # noqa: S104
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        raise ImproperlyConfigured("STEWARD_SMTP_HOST is an IP address to listen on.") from None
