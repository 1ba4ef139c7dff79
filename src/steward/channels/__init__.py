"""Channels: how messages come in and go out. Each channel is one folder."""
