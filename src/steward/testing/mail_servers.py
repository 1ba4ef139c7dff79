"""Mail servers of others, as Debian ships them: each with its own folder, ports of loopback, and processes of ours."""

import os
import pwd
import random
import shutil
import subprocess
import tempfile
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_NAMES = "subjectAltName=IP:127.0.0.1,DNS:relay.test"
PEOPLE = ("eli", "farah", "grace", "shop")
_EC = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"


def awaited(look: Callable[[], T], *, seconds: float = 30.0, what: Callable[[], object] = lambda: "nothing came") -> T:
    """The first true thing that `look` returns. AssertionError with `what()` when none comes in time."""
    end = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise AssertionError(what())
        time.sleep(0.1)


def free_port() -> int:
    """A port of loopback that nobody listens on, below those the kernel gives to clients."""
    while is_listening(port := random.randint(20_000, 32_000)):  # noqa: S311  nobody gains by guessing it
        continue
    return port


def is_listening(port: int) -> bool:
    """Whether somebody on this machine listens on the port; asked without connecting to it."""
    return f":{port:04X} 00000000:0000 0A" in Path("/proc/net/tcp").read_text()


def open_folder(prefix: str) -> Path:
    """A folder below /tmp that the users of mail servers can pass through."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    folder.chmod(0o755)
    return folder


class Authority:
    """A certificate authority nobody knows yet, and one certificate by it for 127.0.0.1 and relay.test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ca, self.key, self.certificate = folder / "ca.pem", folder / "key.pem", folder / "certificate.pem"
        for line in (
            f"req -x509 {_EC} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
            f"req {_EC} -subj /CN=127.0.0.1 -addext {_NAMES} -keyout key.pem -out request.pem",
            "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 2 -copy_extensions copy -out certificate.pem",
        ):
            subprocess.run(["openssl", *line.split()], cwd=folder, check=True, capture_output=True)
        self.key.chmod(0o644)  # it protects nothing, and servers run under users of their own


class Maildir:
    """The mails in a Maildir, as a mail client reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mails(self) -> list[EmailMessage]:
        """All mails, oldest first."""
        paths = [path for part in ("new", "cur") for path in (self.folder / part).glob("*")]
        raws = [path.read_bytes() for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)]
        return [BytesParser(policy=default).parsebytes(raw) for raw in raws]

    def mail(self, subject: str, *, seconds: float = 30.0) -> EmailMessage:
        """The newest mail with these words in its subject; waited for."""
        found = awaited(lambda: [m for m in self.mails() if subject in str(m["Subject"])], seconds=seconds)
        return found[-1]


class Postfix:
    """A Postfix that takes mail from loopback for all: Maildirs of `PEOPLE` at example.org, next hops for the rest.

    Unknown people of example.org are accepted first and found out later, so that it has to send a report.
    """

    def __init__(
        self,
        *,
        next_hop: Mapping[str, str],
        tls: Authority | None = None,
        pipe: Sequence[str] = (),
        dovecot: Path | None = None,
    ) -> None:
        """`next_hop` maps domains (`.example.test` is all below) to transports; `pipe` is the one named `steward`.

        `dovecot` is the folder of one that shows these mailboxes; who signs in is asked there for the password.
        """
        self.folder = open_folder("steward-postfix-")
        self.port = free_port()
        self.user = pwd.getpwnam("nobody")
        for part in ("etc", "mail", "queue", "lib"):
            (self.folder / part).mkdir()
        os.chown(self.folder / "lib", pwd.getpwnam("postfix").pw_uid, -1)
        os.chown(self.folder / "mail", self.user.pw_uid, self.user.pw_gid)
        self.mailboxes = (dovecot or self.folder) / "mail"
        etc = self.folder / "etc"
        (etc / "people").write_text("".join(f"{name}@example.org {name}/\n" for name in PEOPLE))
        (etc / "hops").write_text("".join(f"{domain} {hop}\n" for domain, hop in next_hop.items()))
        (etc / "main.cf").write_text(self._main(tls) + (_asking(dovecot) if dovecot else ""))
        (etc / "master.cf").write_text(self._master(pipe))
        self.log = self.folder / "log"
        self.start()

    def start(self) -> None:
        """Run it, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._command("start-fg"), stdout=log, stderr=log)
        awaited(lambda: is_listening(self.port), what=self.log.read_text)

    def stop(self) -> None:
        """Stop it; what is in its queue stays there."""
        if self.process.poll() is None:
            subprocess.run(self._command("stop"), capture_output=True, check=False)
            self.process.wait(15)

    def remove(self) -> None:
        """Stop it and forget everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def flush(self) -> None:
        """Try everything in the queue again, now."""
        subprocess.run(self._command("flush"), capture_output=True, check=True)

    def maildir(self, name: str) -> Maildir:
        """The mailbox of somebody at example.org."""
        return Maildir(self.mailboxes / name)

    def _command(self, word: str) -> list[str]:
        return ["postfix", "-c", str(self.folder / "etc"), word]

    def _main(self, tls: Authority | None) -> str:
        secured = (
            f"smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {tls.certificate}\n"
            f"smtpd_tls_key_file = {tls.key}\nsmtpd_tls_mandatory_protocols = >=TLSv1.2\n"
            if tls
            else ""
        )
        return secured + textwrap.dedent(f"""\
            compatibility_level = 3.6
            queue_directory = {self.folder}/queue
            data_directory = {self.folder}/lib
            daemon_directory = /usr/lib/postfix/sbin
            command_directory = /usr/sbin
            maillog_file = /dev/stdout
            myhostname = mx.example.org
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            smtpd_peername_lookup = no
            smtpd_relay_restrictions = permit_mynetworks, reject
            smtpd_reject_unlisted_recipient = no
            smtpd_recipient_limit = 1000
            smtp_destination_recipient_limit = 200
            virtual_mailbox_domains = example.org
            default_transport = discard
            virtual_mailbox_base = {self.mailboxes}
            virtual_mailbox_maps = texthash:{self.folder}/etc/people
            virtual_minimum_uid = 1
            virtual_uid_maps = static:{self.user.pw_uid}
            virtual_gid_maps = static:{self.user.pw_gid}
            transport_maps = texthash:{self.folder}/etc/hops
            message_size_limit = 80000000
            mailbox_size_limit = 0
            virtual_mailbox_limit = 0
            queue_run_delay = 5s
            minimal_backoff_time = 5s
            default_process_limit = 10
            alias_maps =
            alias_database =
        """)

    def _master(self, pipe: Sequence[str]) -> str:
        rows = [f"127.0.0.1:{self.port} inet n - n - - smtpd"]
        rows += ["pickup unix n - n 60 1 pickup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr"]
        rows += [f"{name} unix - - n - 0 bounce" for name in ("bounce", "defer", "trace")]
        plain = {"rewrite": "trivial-rewrite", "smtp": "smtp", "error": "error", "retry": "error", "discard": "discard"}
        rows += [f"{name} unix - - n - - {program}" for name, program in plain.items()]
        rows += ["cleanup unix n - n - 0 cleanup", "flush unix n - n 1000? 0 flush", "verify unix - - n - 1 verify"]
        rows += ["virtual unix - n n - - virtual", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache"]
        rows += ["proxymap unix - - n - - proxymap", "postlog unix-dgram n - n - 1 postlogd"]
        rows += ["showq unix n - n - - showq"]
        if pipe:
            rows.append(
                f"steward unix - n n - - pipe\n  flags=R user={self.user.pw_name} null_sender=<> argv={' '.join(pipe)}"
            )
        return "\n".join(rows) + "\n"


def _asking(dovecot: Path) -> str:
    """Who signs in is asked for a password, and only under TLS; who sends to the people here needs none."""
    return textwrap.dedent(f"""\
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = {dovecot}/sasl
        smtpd_tls_auth_only = yes
    """)
