"""The local object store."""

import os
from pathlib import Path

from django.core.files.storage import FileSystemStorage


class LocalStore(FileSystemStorage):
    """Files in a directory of this machine, readable by our user only."""

    def settle(self, name: str) -> None:
        """Wait until the file would survive a power cut: its bytes and its entry in the folder."""
        path = Path(self.path(name))
        for place in (path, path.parent):
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
