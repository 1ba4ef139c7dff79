"""The forms of mail accounts. They parse; what is then done is in `channels.email.mailbox_editing`."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.channels.email.mail_templates import ALLOWED, Kind
from steward.channels.email.mailbox_editing import ComesBy, LeavesBy, Server, Wanted, comes_by, leaves_by
from steward.channels.email.models import MailAccount
from steward.console.settings.wording_errors import words_field
from steward.people.queries import departments_open
from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.models import Connector

_TLS = [
    (Connector.Tls.IMPLICIT.value, gettext_lazy("TLS from the first byte")),
    (Connector.Tls.STARTTLS.value, gettext_lazy("STARTTLS")),
]
_KEPT = gettext_lazy("Stored encrypted and never shown again. Empty: the one that is stored.")


def _host(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=253)


def _port(initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=gettext_lazy("Port"), required=False, initial=initial, min_value=1, max_value=65535)


def _password() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Password"),
        help_text=_KEPT,
        required=False,
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


def _user() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("Often the whole address."),
        required=False,
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ServersForm(forms.Form):
    """How an address comes in and goes out."""

    comes_by = forms.ChoiceField(
        label=gettext_lazy("How mail comes in"),
        choices=[
            (ComesBy.IMAP.value, gettext_lazy("Steward fetches it from your mailbox (IMAP)")),
            (ComesBy.FORWARDED.value, gettext_lazy("Your mailbox forwards it to an address of ours")),
            (ComesBy.DOMAIN.value, gettext_lazy("All mail of the domain is delivered to this installation")),
        ],
        widget=forms.RadioSelect,
    )
    imap_host = _host(gettext_lazy("IMAP server"))
    imap_port = _port(993)
    imap_tls = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=_TLS, required=False)
    imap_username = _user()
    imap_password = _password()
    folder = forms.CharField(label=gettext_lazy("Folder"), required=False, max_length=200, initial="INBOX")
    leaves_by = forms.ChoiceField(
        label=gettext_lazy("How mail goes out"),
        choices=[
            (LeavesBy.OWN.value, gettext_lazy("Through your own mail server (SMTP)")),
            (LeavesBy.RELAY.value, gettext_lazy("Through the mail server of this installation")),
        ],
        widget=forms.RadioSelect,
    )
    smtp_host = _host(gettext_lazy("SMTP server"))
    smtp_port = _port(465)
    smtp_tls = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=_TLS, required=False)
    smtp_username = _user()
    smtp_password = _password()
    trusted_authserv = forms.CharField(
        label=gettext_lazy("Server whose checks of the sender are trusted"),
        help_text=gettext_lazy(
            "The first word of the header Authentication-Results in mail you get, such as mx.example.com. "
            "Empty: senders count as not checked."
        ),
        required=False,
        max_length=253,
    )

    def clean(self) -> dict[str, Any]:
        """A server that is chosen is named in full."""
        cleaned = super().clean() or {}
        if cleaned.get("comes_by") == ComesBy.IMAP:
            self._check("imap", cleaned)
        if cleaned.get("leaves_by") == LeavesBy.OWN:
            self._check("smtp", cleaned)
        cleaned["folder"] = cleaned.get("folder") or "INBOX"
        return cleaned

    def server(self, kind: str) -> Server:
        """The IMAP or SMTP server as typed; only of a form in which nothing is wrong with it."""
        told = {name: self.cleaned_data[f"{kind}_{name}"] for name in ("host", "port", "tls", "username", "password")}
        return Server(
            kind=Connector.Kind(kind),
            destination=Destination.of(told["host"], told["port"]),
            tls=Connector.Tls(told["tls"]),
            username=told["username"],
            password=told["password"],
        )

    def _check(self, kind: str, cleaned: dict[str, Any]) -> None:
        for name in ("host", "port", "username", "tls"):
            if not cleaned.get(f"{kind}_{name}") and f"{kind}_{name}" not in self.errors:
                self.add_error(f"{kind}_{name}", _("Fill this in."))
        if cleaned.get(f"{kind}_host") and cleaned.get(f"{kind}_port"):
            try:
                Destination.of(cleaned[f"{kind}_host"], cleaned[f"{kind}_port"])
            except BadDestination:
                self.add_error(
                    f"{kind}_host", _("This is not the name of a server. Such names look like mail.example.com.")
                )


class MailAccountForm(ServersForm):
    """All of an address but the address, which never changes."""

    name = forms.CharField(
        label=gettext_lazy("Name shown to customers"),
        help_text=gettext_lazy("It stands in From after the name of the agent."),
        max_length=120,
    )
    department: Any = forms.ModelChoiceField(
        label=gettext_lazy("Department"),
        help_text=gettext_lazy("New tickets from this address come here."),
        queryset=None,
        empty_label=None,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["department"]
        field.queryset = departments_open()

    def wanted(self) -> Wanted:
        """What was chosen."""
        cleaned = self.cleaned_data
        way_in, way_out = ComesBy(cleaned["comes_by"]), LeavesBy(cleaned["leaves_by"])
        return Wanted(
            name=cleaned["name"],
            department=cleaned["department"],
            comes_by=way_in,
            leaves_by=way_out,
            imap=self.server("imap") if way_in is ComesBy.IMAP else None,
            smtp=self.server("smtp") if way_out is LeavesBy.OWN else None,
            folder=cleaned["folder"],
            trusted_authserv=cleaned["trusted_authserv"],
        )


class NewMailAccountForm(MailAccountForm):
    """With the address. There is no stored password yet."""

    address = forms.EmailField(
        label=pgettext_lazy("of a mail account", "E-mail address"),
        help_text=gettext_lazy("Customers write to it, and answers come from it. It cannot be changed later."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),  # the team's, not that of who types it
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("imap_password", "smtp_password"):
            self.fields[name].help_text = _("Stored encrypted and never shown again.")


class AutomaticAnswerForm(forms.Form):
    """What those who write hear at once."""

    answers_automatically = forms.BooleanField(
        label=gettext_lazy("Tell people that their message has come in"), required=False
    )
    automatic_subject = words_field(
        ALLOWED[Kind.AUTOMATIC],
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("Empty: that of the template."),
        required=False,
        max_length=200,
    )
    automatic_text = words_field(
        ALLOWED[Kind.AUTOMATIC],
        label=pgettext_lazy("of a mail", "Text"),
        help_text=gettext_lazy("Empty: that of the template, in the language of the reader."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class PrivacyAddressForm(forms.Form):
    """Whether people ask for their rights at an address."""

    is_privacy_address = forms.BooleanField(
        label=gettext_lazy("Each new matter that is written to this address is a privacy request"),
        help_text=gettext_lazy(
            "Its month runs from the moment the mail arrives, and owners and admins are told at once. Mail that no "
            "human wrote opens none."
        ),
        required=False,
    )


def as_typed(mail_account: MailAccount) -> dict[str, Any]:
    """The fields of an address as it is now; never a password."""
    told: dict[str, Any] = {
        "name": mail_account.name,
        "department": mail_account.department_id,
        "comes_by": comes_by(mail_account).value,
        "leaves_by": leaves_by(mail_account).value,
        "folder": mail_account.folder,
        "trusted_authserv": mail_account.trusted_authserv,
    }
    for kind, connector in (("imap", mail_account.imap), ("smtp", mail_account.smtp)):
        if connector is not None:
            told |= {f"{kind}_{name}": getattr(connector, name) for name in ("host", "port", "tls", "username")}
    return told
