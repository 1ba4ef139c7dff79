"""Who of our own customers said that we may write to them: the operator's contact data, apart from accounts.

Owns: MarketingConsent. It belongs to no account, so that it outlives one, for five years at most; it goes whole when it
is withdrawn. Steward writes to nobody by it: operators take the list and write.
"""
