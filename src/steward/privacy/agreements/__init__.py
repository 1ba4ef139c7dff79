"""Data processing agreements between accounts and who hosts them, and which terms of use an account has accepted.

Owns: agreements of both origins (our form, concluded by click, and the customer's own, reviewed by the operator), the
document of our form and its typesetting, the queue of reviews, and the history of accepted terms of use. What an
agreement means for the gate lies below (`egress.terms`); the list of Annex IV is the subprocessor registry's.

Words: the *form* is our text with its version; the *content* is all that is printed, as values, in each language.
"""
