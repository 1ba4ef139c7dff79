"""Requests of the people whose data an account holds (GDPR articles 15 to 21)."""
