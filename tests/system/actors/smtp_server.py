"""A mail server that does as the addresses tell it, in a process of its own.

Called with one JSON object: `port`, `tls` (`implicit`, `starttls` or `none`), `certificate`, `key`, `user`,
`password`. Its first line of output is its port; each further line tells what it heard. What stands before the @
decides:
`grey...` is refused for now the first time, `moved...` for good the first time, `gone...` always; all else is taken.
"""

import asyncio
import json
import ssl
import sys
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

OPTIONS = json.loads(sys.argv[1])
seen: set[str] = set()


def tell(**said: Any) -> None:
    print(json.dumps(said), flush=True)


class Taking:
    """What the server does with what it is told."""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        is_new = address not in seen
        seen.add(address)
        if address.startswith("grey") and is_new:
            return "451 4.7.1 Greylisted, come again in five minutes"
        if address.startswith("gone") or (address.startswith("moved") and is_new):
            return f"550 5.1.1 <{address}>: nobody of that name lives here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        tell(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            mail=(envelope.original_content or b"").decode("latin-1"),
            is_tls=session.ssl is not None or OPTIONS["tls"] == "implicit",
            is_signed_in=bool(session.authenticated),
            options=envelope.mail_options,
        )
        return "250 2.0.0 Ok: queued as 4711"


def signed_in(_server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (OPTIONS["user"].encode(), OPTIONS["password"].encode())
    tell(sign_in=mechanism, is_right=is_right)
    return AuthResult(success=is_right, handled=is_right)


async def serve() -> None:
    context = None
    if OPTIONS["tls"] != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(OPTIONS["certificate"], OPTIONS["key"])
    more: dict[str, Any] = {"hostname": "mx.example.net", "timeout": 60}
    if OPTIONS.get("user"):
        more |= {"authenticator": signed_in, "auth_required": True}
    if OPTIONS["tls"] == "starttls":
        more |= {"tls_context": context, "require_starttls": True}
    elif OPTIONS["tls"] == "implicit":
        more |= {"auth_require_tls": False}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Taking(), loop=loop, **more),
        "127.0.0.1",
        OPTIONS.get("port", 0),
        ssl=context if OPTIONS["tls"] == "implicit" else None,
    )
    tell(port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(serve())
