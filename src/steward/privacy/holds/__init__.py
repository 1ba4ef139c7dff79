"""Holding back what must not be erased (GDPR article 17(3)): while a hold is in force, nothing it reaches goes.

Owns: LegalHold. What an extent reaches beside its own ids is said by the packages that know (`reaching`).
"""
