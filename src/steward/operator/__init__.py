"""The back office: what the company that runs the installation sees of it. Counts and states, never content."""
