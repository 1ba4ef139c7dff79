"""The copy of everything: all that an account holds, as documented JSON lines and files, in one encrypted archive."""
