"""Object stores that speak S3, through the gate.

Bucket
    where things are kept: a server, the name of the bucket there, and what every key begins with.
Key
    the name of an object below that beginning.
"""
