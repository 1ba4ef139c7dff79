"""Runs commands for a pipe that may not: `courier.py SOCKET`. A line of JSON with the command, then its input.

Answers with the exit status.
"""

import json
import socket
import subprocess
import sys
from pathlib import Path

with socket.socket(socket.AF_UNIX) as listening:
    listening.bind(sys.argv[1])
    Path(sys.argv[1]).chmod(0o666)
    listening.listen()
    while True:
        asking, _ = listening.accept()
        with asking, asking.makefile("rb") as said:
            command = json.loads(said.readline())
            done = subprocess.run(command, input=said.read(), check=False)
            asking.sendall(str(done.returncode).encode())
