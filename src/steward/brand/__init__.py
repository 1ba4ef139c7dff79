"""How an account looks to its customers: the name they know it by, an accent, a logo, corners and a font.

Four choices and no more. Mails and the sign-in page wear them now; whatever customers see later wears them, too.
"""
