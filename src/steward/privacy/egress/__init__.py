"""The only door out of the process.

Owns: the wall (refuses every socket and child process that the gate did not open), the decision (deny by default),
the gate (decides, writes the ledger, connects to exactly the addresses that were checked), the ledger tables, the
destinations an account declared (Connector), and the clients that speak SMTP, IMAP and DNS through the gate.

Words: *class* is the kind of outbound traffic (S our subprocessor, T a recipient the account named, P a protocol
counterparty, I infrastructure, B the reader's browser); a *grant* is what makes a destination known; a *passage* is
one allowed connection.
"""
