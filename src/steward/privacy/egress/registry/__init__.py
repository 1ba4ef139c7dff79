"""The subprocessor registry, as far as the gate reads it.

Owns: the document that one version of the registry is (immutable, hashed), what changes between two of them and
whether that asks for notice, and which state of each engagement stands for an account at a moment. Pure but for
`versions`, which reads the stored ones.

Words: a *subprocessor* is a company; an *engagement* is what we use it for, the unit that is announced, authorised and
objected to; a *revision* is one state of an engagement, from one version of the registry to the next; *not stated* is
None, and is shown as that.
"""
