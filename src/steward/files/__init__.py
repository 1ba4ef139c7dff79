"""Files: stored under a random id, encrypted with the account's key, never served as active content."""
