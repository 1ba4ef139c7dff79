"""The page about a suspended or terminated account, for its owner: what is owed, what comes next, what can be ordered.

It is on the base domain, for nobody gets in at the hosts of the account, and shows nothing that the account holds.
"""
