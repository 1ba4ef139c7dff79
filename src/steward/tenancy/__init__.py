"""Accounts and the walls between them.

Owns: Account (the tenant), Domain, Region, DataCentre; the account scope; the model base class `AccountOwned`, the
reference `Ref` and the migration operation `SecureTable`, which give every table of an account its row-level security.
"""
