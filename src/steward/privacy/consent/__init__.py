"""Consents of customers (GDPR articles 4(11), 6(1)(a) and 7): what for, to which words, since when, and how they ended.

Owns: Purpose, PurposeText (one version of its words, in several languages), ConsentRecord. Whoever does something that
needs consent declares it (`processing`) and asks before (`asking.may`); without a consent that stands the answer is no.
"""
