"""Settings, addresses, servers and the command line: what turns the domains into one running program."""
