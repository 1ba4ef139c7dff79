"""Small things every package may use: they know nothing of tickets, accounts or the database."""
