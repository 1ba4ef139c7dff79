"""A DNS server on loopback: `name_server.py ZONE.json`, which is read anew at each question; prints its port.

The zone maps names to types to lists of texts: `{"example.org": {"TXT": ["v=spf1 -all"]}}`. Names at or below
`silent.example` get no answer at all.
"""

import json
import socket
import sys
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

ZONE = Path(sys.argv[1])


def answer(question: dns.message.Message) -> dns.message.Message | None:
    asked = question.question[0]
    name = asked.name.to_text(omit_final_dot=True).lower()
    if name == "silent.example" or name.endswith(".silent.example"):
        return None
    zone = json.loads(ZONE.read_text())
    said = dns.message.make_response(question)
    said.flags |= dns.flags.RA
    kind = dns.rdatatype.to_text(asked.rdtype)
    if name not in zone:
        said.set_rcode(dns.rcode.NXDOMAIN)
    for text in zone.get(name, {}).get(kind, []):
        # A string of a TXT record holds 255 bytes at most; longer ones are written as several.
        pieces = [text[at : at + 200] for at in range(0, len(text), 200)] if kind == "TXT" else [text]
        shown = " ".join(f'"{piece}"' for piece in pieces) if kind == "TXT" else text
        said.answer.append(dns.rrset.from_text(asked.name, 1, "IN", kind, shown))
    return said


def serve() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        print(listening.getsockname()[1], flush=True)
        while True:
            wire, client = listening.recvfrom(4096)
            said = answer(dns.message.from_wire(wire))
            if said is not None:
                listening.sendto(said.to_wire(), client)


serve()
