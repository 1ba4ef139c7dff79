"""Erasing what is to go, proving that it went, and remembering it for the day a backup is restored.

Owns: Erasure. What lies where is said by the stores of each package (`erasing` modules).
"""
