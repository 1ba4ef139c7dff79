"""The subprocessor registry as people keep, read and answer it (row 6 of the layers).

Owns: the draft of the next version and its approval, publishing and importing versions, the prose around the tables,
the example, the public page with its feeds, notices and objections, and the agreements with customers. What a version
is, and what of it stands for an account, lies below, with the gate that asks it each time (`egress.registry`).

Words: a *block* is one piece of prose, a *question* one that stands among questions and answers; the *example* is two
real lists of the past, to look at in a registry that is still empty.
"""
