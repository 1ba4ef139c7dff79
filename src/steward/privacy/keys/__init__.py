"""One data key per account, kept outside the database and wrapped by the master key.

Owns: the key files below `$STEWARD_DATA/keys`, encryption of files, raw mail and stored secrets, and the keys derived
from them. Searchable text is not under these keys. Destroying an account's key makes everything encrypted with it
unreadable at once, in backups too; those who have root on the machine can read the keys (a stated limit).
"""
