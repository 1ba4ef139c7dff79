"""What others wrote about somebody who is to be erased: found by name and address, read by an agent, and redacted.

Owns: Mention. Nothing is redacted that nobody has confirmed: people share names.
"""
