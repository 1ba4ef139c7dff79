"""One module per sub-command of `steward`; each has `main(arguments) -> exit code`."""
