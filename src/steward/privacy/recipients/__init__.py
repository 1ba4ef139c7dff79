"""To whom data of a person went, and telling them of an erasure, a correction or a restriction (GDPR article 19).

Owns: Telling (one for what was done about a person), Recipient (one of those to be told), TellingRules. Recipients are
companies that the ledger of what left names, and *correspondents*: people who got mails in tickets of the person.
"""
