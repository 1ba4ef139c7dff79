"""The end of an account's data: portion by portion, in jobs; then its files, its key, and a certificate.

Owns: departures, certificates of accounts, invoices that are kept. An account stays terminated, and sealed, until
nothing of it is left; then it is deleted, and gone when no backup holds anything of it either.
"""
