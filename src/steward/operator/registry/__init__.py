"""Writing the subprocessor registry: forms for each part of the document, and what changes in it.

A *part* is what one page edits: the provider, a region, a subprocessor, an engagement, a block of prose.
"""
