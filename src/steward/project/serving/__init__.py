"""One port: streams on the event loop, everything else to Django's WSGI application in a few threads.

Bridge
    what turns an ASGI request into a WSGI call. A slow sender or reader holds a connection there, never a thread.
Stream
    a response that stays open for hours, written as an ASGI callable and registered in `streams`.
Peer
    the other end of the TCP connection: a person's browser, or a proxy that STEWARD_TRUSTED_PROXIES names.
"""
