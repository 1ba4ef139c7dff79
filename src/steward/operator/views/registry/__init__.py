"""Pages of the subprocessor registry: versions, the draft, its parts, and publishing it."""
