"""The life of an account, from its opening on."""
