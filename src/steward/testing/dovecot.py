"""An IMAP server of others, as Debian ships it: in a folder of its own, on loopback, under TLS."""

import os
import pwd
import shutil
import subprocess
import textwrap
from pathlib import Path

from steward.testing.mail_servers import Authority, awaited, free_port, is_listening, open_folder


def is_installed() -> bool:
    """Whether there is a Dovecot on this machine."""
    return shutil.which("dovecot") is not None


class Dovecot:
    """An IMAP server under TLS with one mailbox: `eva`, password `secret`. Mail is dropped into its Maildir.

    Others have mailboxes, too, when a `Postfix(dovecot=...)` delivers there and asks here for their passwords.
    """

    def __init__(self, *, has_idle: bool = True, port: int = 0, authority: Authority | None = None) -> None:
        self.folder = open_folder("steward-imap-")
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.maildir = self.folder / "mail" / "eva"
        self.port = port or free_port()
        self.capability = "" if has_idle else "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS"
        self._delivered = 0
        self.make_mailbox()
        if authority:
            shutil.copy(authority.certificate, self.certificate)
            shutil.copy(authority.key, self.folder / "key.pem")
        else:
            self._make_certificate()
        self.start()

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def make_mailbox(self) -> None:
        """A new, empty mailbox; in the place of another one it has another UIDVALIDITY."""
        shutil.rmtree(self.maildir, ignore_errors=True)
        for part in ("new", "cur", "tmp"):
            (self.maildir / part).mkdir(parents=True)
        self._hand_over(self.maildir.parent)

    def deliver(self, mail: bytes) -> None:
        """Put a mail into the mailbox, as a mail server would."""
        self._delivered += 1
        name = f"{os.getpid()}.{self._delivered}.test"
        draft = self.maildir / "tmp" / name
        draft.write_bytes(mail)
        self._hand_over(draft)
        draft.rename(self.maildir / "new" / name)

    def seen(self) -> int:
        """How many mails are marked as read."""
        return sum(1 for path in (self.maildir / "cur").iterdir() if "S" in path.name.partition(":2,")[2])

    def start(self) -> None:
        config = self.folder / "dovecot.conf"
        config.write_text(self._configuration())
        self.process = subprocess.Popen(
            ["dovecot", "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        awaited(lambda: is_listening(self.port), seconds=15, what=(self.folder / "log").read_text)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(15)

    def remove(self) -> None:
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _hand_over(self, path: Path) -> None:
        if os.geteuid() == 0:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.user.pw_uid, self.user.pw_gid)

    def _make_certificate(self) -> None:
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
        more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"]
        subprocess.run([*command.split(), *more], cwd=self.folder, check=True, capture_output=True)

    def _configuration(self) -> str:
        login = (
            ""
            if os.geteuid() == 0
            else f"default_internal_user = {self.user.pw_name}\ndefault_login_user = {self.user.pw_name}"
        )
        group = "" if os.geteuid() == 0 else f"default_internal_group = {self.user.pw_gid}"
        return textwrap.dedent(f"""
            base_dir = {self.folder}/run
            state_dir = {self.folder}/state
            log_path = {self.folder}/log
            protocols = imap
            listen = 127.0.0.1
            {self.capability}
            {login}
            {group}
            auth_mechanisms = plain login
            mail_location = maildir:{self.folder}/mail/%u
            first_valid_uid = 1
            ssl = required
            ssl_cert = <{self.folder}/certificate.pem
            ssl_key = <{self.folder}/key.pem
            passdb {{
              driver = static
              args = password=secret
            }}
            userdb {{
              driver = static
              args = uid={self.user.pw_uid} gid={self.user.pw_gid} home={self.folder}/mail/%u
            }}
            service imap-login {{
              chroot =
              inet_listener imap {{
                port = 0
              }}
              inet_listener imaps {{
                port = {self.port}
                ssl = yes
              }}
            }}
            service auth {{
              unix_listener {self.folder}/sasl {{
                mode = 0666
              }}
            }}
            service anvil {{
              chroot =
            }}
            service stats {{
              chroot =
            }}
        """)
