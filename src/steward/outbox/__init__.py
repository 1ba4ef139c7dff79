"""Outgoing mail: stored before it is sent, delivered by a job, its state always known."""
