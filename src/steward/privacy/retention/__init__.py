"""How long things are kept: an account says what goes after how many days, and sees it before it does.

Owns: RetentionRule, RetentionRun. Nothing goes unless a rule was switched on; what is held back stays.
"""
