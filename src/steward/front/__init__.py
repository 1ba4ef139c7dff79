"""The front door on the base domain: what Steward is, the way to one's account, and signing up for one."""
