"""Steward: a help desk whose privacy promises are kept by the running code."""
