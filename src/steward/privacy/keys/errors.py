"""What can be wrong with a key or with something encrypted."""


class KeyMissing(RuntimeError):
    """There is no such key: never made, destroyed, or no master key is configured."""


class Tampered(RuntimeError):
    """The bytes are not what was encrypted here: changed, cut, reordered, or moved from another row or account."""


class UnsafeMasterKey(RuntimeError):
    """The master key cannot be trusted: malformed, or readable by other users of the machine."""
