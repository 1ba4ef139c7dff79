"""Texts that people read and that nobody can translate, because they are not marked: each as `place: text`.

A net with known holes, not a proof: it knows where texts stand in templates, what a sentence looks like in Python, and
two words in a script. `tests/project/test_pseudo.py` sees the pages as they are shown.
"""
