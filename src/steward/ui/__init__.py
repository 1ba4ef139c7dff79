"""What every screen is made of: the base page, the visual language (`static/steward/`), icons and template tags.

Words: a *state* is a ticket's status as a glyph; an *age* is a moment told relative to now; *initials* stand in
for a face.
"""
