"""The settings: pages of the account and of oneself, below `/console/settings/`.

`pages` lists them all; each has a module of views named after its key.
"""
