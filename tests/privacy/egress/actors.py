"""The outside actors of these tests: servers on loopback, in a process of their own.

Each line of standard input starts or ends a server; each line of standard output says what one of them heard.

    {"id": 1, "role": "smtp", "implicit": true}   ->   {"id": 1, "port": 40001}
    {"id": 1}                                     ->   {"id": 1, "closed": true}
"""

import asyncio
import base64
import json
import ssl
import sys
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from aiosmtpd.smtp import SMTP, AuthResult

LOOPBACK = "127.0.0.1"


class Actor:
    """One server: what it was told to do, and a way to tell what it hears."""

    def __init__(self, number: int, options: dict[str, Any]) -> None:
        self.number = number
        self.options = options

    def tell(self, **heard: Any) -> None:
        print(json.dumps({"id": self.number} | heard), flush=True)

    def tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.options["certificate"])
        return context


class Smtp(Actor):
    """Refuses recipients by their name: `gone@` for good, `full@` for now."""

    def protocol(self) -> SMTP:
        options: dict[str, Any] = {"hostname": "mail.test", "enable_SMTPUTF8": self.options.get("utf8", True)}
        if self.options.get("starttls"):
            options |= {"tls_context": self.tls(), "require_starttls": False}
        if "password" in self.options:
            options |= {"authenticator": self.authenticate, "auth_required": True, "auth_require_tls": False}
            options["auth_exclude_mechanism"] = self.options.get("without", [])
        if not self.options.get("eight_bit", True):
            options |= {"decode_data": True, "enable_SMTPUTF8": False}
        return SMTP(self, **options)

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, sent: Any) -> AuthResult:
        self.tell(signed_in=[mechanism, sent.login.decode(), sent.password.decode()], tls=_is_tls(server))
        return AuthResult(success=sent.password.decode() == self.options["password"], handled=False)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.tell(recipient=address)
        if address.startswith("gone@"):
            return "550 5.1.1 there is nobody of that name"
        if address.startswith("full@"):
            return "452 4.2.2 the mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.tell(sender=address, options=options, tls=_is_tls(server), ehlo=session.host_name)
        if address == "blocked@example.org":
            return "550 5.7.1 not from you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.tell(message=base64.b64encode(envelope.original_content).decode())
        return str(self.options.get("after_data", "250 queued as 1"))


def _is_tls(server: Any) -> bool:
    return server.transport.get_extra_info("ssl_object") is not None


class Script(Actor):
    """Says the lines it was given, one after each line it hears; no protocol of its own."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.tell(gone=True)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in self.options["lines"]:
            writer.write(line.encode("latin-1"))
            await writer.drain()
            self.tell(line=(await reader.readline()).decode("latin-1"))
        while not writer.is_closing() and (noise := self.options.get("noise")):
            writer.write(noise.encode())
            await writer.drain()
            await asyncio.sleep(0.01)


class Imap(Actor):
    """As much IMAP as it takes to sign in, to wait (IDLE) and to part."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            self.tell(command=rest)
            verb = rest.split(" ", 1)[0].upper()
            writer.write((await self._answer(verb, rest, reader, writer)).replace("TAG", tag).encode())
            if verb == "STARTTLS":
                await writer.drain()
                await writer.start_tls(self.tls())
        writer.close()

    async def _answer(self, verb: str, rest: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        if verb == "CAPABILITY":
            return "* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN STARTTLS\r\nTAG OK done\r\n"
        if verb == "AUTHENTICATE":
            writer.write(b"+ \r\n")
            self.tell(credentials=base64.b64decode(await reader.readline()).decode())
        if verb == "LOGIN" and self.options["password"] not in rest:
            return "TAG NO [AUTHENTICATIONFAILED] wrong password\r\n"
        if verb == "IDLE":
            writer.write(b"+ idling\r\n")
            await asyncio.sleep(0.1)
            writer.write(b"* 7 EXISTS\r\n")
            await reader.readline()
        if verb == "NOOP":
            return "* 1 FETCH (BODY[] {99999999999}\r\n"
        return ("* BYE\r\n" if verb == "LOGOUT" else "") + "TAG OK done\r\n"


class Web(Actor):
    """Answers requests from `answers`: {path: [text, or seconds to wait, ...]}; what it does not know gets a 404."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.tell(gone=True)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:-1])
        answer = self.options["answers"].get(path, ["HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"])
        length = 0 if self.options.get("hasty") else int(headers.get("content-length", 0))
        self.tell(method=method, path=path, headers=headers, body=(await reader.readexactly(length)).decode("latin-1"))
        for part in answer:
            if isinstance(part, str):
                writer.write(part.encode("latin-1"))
                await writer.drain()
            else:
                await asyncio.sleep(part)


class Names(Actor, asyncio.DatagramProtocol):
    """Answers from `records`: {"name TYPE": [[value, ...], ...]}; each query takes the next list, the last stays."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, packet: bytes, peer: Any) -> None:
        query = dns.message.from_wire(packet)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        self.tell(query=f"{question.name} {kind}")
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        turns = self.options["records"].get(f"{question.name} {kind}")
        if turns == "silence":
            return
        if turns == "failure":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif turns:
            values = turns.pop(0) if len(turns) > 1 else turns[0]
            answer.answer.append(
                dns.rrset.from_text_list(question.name, self.options.get("ttl", 0), "IN", kind, values)
            )
        elif not any(known.startswith(f"{question.name} ") for known in self.options["records"]):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), peer)


async def start(actor: Actor) -> Any:
    """Listen; returns what can be closed."""
    loop = asyncio.get_running_loop()
    context = actor.tls() if actor.options.get("implicit") else None
    if isinstance(actor, Names):
        transport, _ = await loop.create_datagram_endpoint(lambda: actor, local_addr=(LOOPBACK, 0))
        actor.tell(port=transport.get_extra_info("sockname")[1])
        return transport
    if isinstance(actor, Smtp):
        server = await loop.create_server(actor.protocol, LOOPBACK, 0, ssl=context)
    else:
        server = await asyncio.start_server(actor.talk, LOOPBACK, 0, ssl=context)
    actor.tell(port=server.sockets[0].getsockname()[1])
    return server


ROLES = {"smtp": Smtp, "imap": Imap, "dns": Names, "script": Script, "web": Web}


async def main() -> None:
    loop = asyncio.get_running_loop()
    running: dict[int, Any] = {}
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        if "role" in order:
            running[order["id"]] = await start(ROLES[order["role"]](order["id"], order))
        else:
            await asyncio.sleep(0.05)  # for what is on its way
            running.pop(order["id"]).close()
            Actor(order["id"], {}).tell(closed=True)


if __name__ == "__main__":
    asyncio.run(main())
