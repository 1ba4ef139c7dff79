"""Measuring Steward on the machine it runs on: mails in, ticket list, ticket page, search.

Part
    one measurement in a process of its own: `mail`, or `pages` at one size (list, ticket page and search).
Size
    how many tickets the one large account has; up to 999 others beside it hold 0 to 50 each.
Every part has a data directory of its own, with a durable PostgreSQL set up as in production. Data are made once by
COPY, from a seed, and kept for the next run.
"""
