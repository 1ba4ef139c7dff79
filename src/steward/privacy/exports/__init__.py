"""Everything that is held about a person, as pages, JSON and files in one encrypted archive that expires."""
