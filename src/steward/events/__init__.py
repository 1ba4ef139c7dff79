"""The append-only record of what happened: ticket timeline, audit log, live stream, webhooks and reports read it.

Owns: Event, EventClock (the per-account position) and `record(...)`.
"""
