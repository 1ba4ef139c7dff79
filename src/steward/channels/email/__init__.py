"""The e-mail channel: receiving, parsing, folding, threading, sending."""
