"""The views of the back office."""
