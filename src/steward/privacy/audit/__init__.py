"""Whether what happened can still be believed: each account's chain is checked, and anchored in a second place.

Owns: Verification (how far an account's chain is known to be good), and the anchors beside the ledger of erasures.
"""
