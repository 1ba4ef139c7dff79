"""The public page of subprocessors: on the base domain for everybody, at an account's host for that account.

Owns: what may be asked of it (`asking`), whom it speaks of (`whose`), the list in words (`rows`, `changes`, `page`),
the same for programs (`documents`, `feeds`), keeping what was made (`keeping`), and the subscription by e-mail. What
the list is lies below, in `privacy.subprocessors`. Nothing here is personal, and nobody signs in.
"""
