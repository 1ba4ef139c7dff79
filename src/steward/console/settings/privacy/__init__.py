"""Where the data of an account are, who can touch them, and what has left: the settings' pages about it."""
