"""Telling browsers at once what happened: one stream per browser, and who looks at what.

Owns: the hub of a process (who listens, and what to tell them), the stream itself (an ASGI callable), Presence.
"""
