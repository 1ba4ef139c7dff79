"""Requests of the people whose data an account holds (GDPR articles 15 to 21), from receipt to the answer.

Owns: PrivacyRequest. How long one may take is reckoned in `deadlines`, what may follow on what stands in `states`.
"""
