"""Breaches of personal data, and what the law made the installation hand over: who is told of it, when, and of what.

Owns, for who runs the installation: Incident, Step (its history, only added to), Affected (an account it concerns),
Letter (a mail about it), Disclosure, DisclosedAccount. For each account: Notice and DisclosureNotice (what it was
told), OwnIncident (its own register as controller), DpoContact. The clocks are in `clocks`.
"""
