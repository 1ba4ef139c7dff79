"""Settings of Steward, all from environment variables; `docs/operate/settings.md` describes each for operators."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from steward.privacy.egress.database import resolve_database
from steward.project.environment import check_test_clock, days, flag, installation_secret, listing
from steward.project.postgres.placing import default_data

STEWARD_DATA = Path(os.environ.get("STEWARD_DATA") or default_data(Path(".data"))).absolute()
STEWARD_DEMO = flag("STEWARD_DEMO")
STEWARD_TESTING = flag("STEWARD_TESTING")
STEWARD_HOST = os.environ.get("STEWARD_HOST", "127.0.0.1")
STEWARD_PORT = int(os.environ.get("STEWARD_PORT", "8000"))
STEWARD_LIVE_PORT = int(os.environ.get("STEWARD_LIVE_PORT", "8001"))  # of `steward live` only
STEWARD_SMTP_PORT = int(os.environ.get("STEWARD_SMTP_PORT", "2525"))
STEWARD_SMTP_HOST = os.environ.get("STEWARD_SMTP_HOST", STEWARD_HOST)  # an IP address
STEWARD_SMTP_CONNECTIONS = int(os.environ.get("STEWARD_SMTP_CONNECTIONS", "500"))
STEWARD_SMTP_CONNECTIONS_PER_IP = int(os.environ.get("STEWARD_SMTP_CONNECTIONS_PER_IP", "50"))
STEWARD_TLS_CERT = os.environ.get("STEWARD_TLS_CERT", "")  # PEM files; the SMTP listener offers STARTTLS with them
STEWARD_TLS_KEY = os.environ.get("STEWARD_TLS_KEY", "")
STEWARD_IMAP_MARKS_SEEN = os.environ.get("STEWARD_IMAP_MARKS_SEEN", "1") != "0"  # fetched mail is marked as read
STEWARD_DOMAIN = os.environ.get("STEWARD_DOMAIN", "localhost").lower()
STEWARD_SINGLE_ACCOUNT = os.environ.get("STEWARD_SINGLE_ACCOUNT", "")
STEWARD_SIGN_UP = os.environ.get("STEWARD_SIGN_UP", "1" if STEWARD_DEMO else "0") == "1"  # anybody may open an account
STEWARD_HOSTING = os.environ.get("STEWARD_HOSTING", "1" if STEWARD_SIGN_UP else "0") == "1"  # for accounts of others
STEWARD_DATA_CENTRE = os.environ.get(
    "STEWARD_DATA_CENTRE", ""
)  # where this installation stands, as the directory has it
STEWARD_TERMS_VERSION = os.environ.get("STEWARD_TERMS_VERSION", "demo" if STEWARD_DEMO else "")
STEWARD_TRIAL_WITHOUT_AGREEMENT = flag("STEWARD_TRIAL_WITHOUT_AGREEMENT")  # accounts open without one, too
STEWARD_TERMS_URL = os.environ.get("STEWARD_TERMS_URL", "")
STEWARD_MASTER_KEY = os.environ.get("STEWARD_MASTER_KEY", "")
STEWARD_SMTP_RELAY = os.environ.get("STEWARD_SMTP_RELAY", "")
STEWARD_MAIL_FROM = os.environ.get("STEWARD_MAIL_FROM") or f"no-reply@{STEWARD_DOMAIN}"
STEWARD_CONTACT = os.environ.get("STEWARD_CONTACT", "")  # where owners of suspended accounts write to
STEWARD_INVOICES_KEPT = int(os.environ.get("STEWARD_INVOICES_KEPT", "10"))  # years, of accounts that are deleted
STEWARD_RESOLVER = os.environ.get("STEWARD_RESOLVER", "")
STEWARD_CA_FILE = os.environ.get("STEWARD_CA_FILE", "")
STEWARD_EGRESS_ALLOW = listing("STEWARD_EGRESS_ALLOW")
STEWARD_EGRESS_PROXY = os.environ.get("STEWARD_EGRESS_PROXY", "")  # what goes out goes through it
STEWARD_LEDGER = os.environ.get("STEWARD_LEDGER", "")
STEWARD_OBJECT_STORE = "" if STEWARD_DEMO else os.environ.get("STEWARD_OBJECT_STORE", "")  # a bucket for files
STEWARD_BACKUPS = os.environ.get("STEWARD_BACKUPS", "")
STEWARD_TRUSTED_PROXIES = listing("STEWARD_TRUSTED_PROXIES")
STEWARD_PASSWORD_LIST = os.environ.get("STEWARD_PASSWORD_LIST", "")  # made by `steward password-list`
STEWARD_METRICS_TOKEN = os.environ.get("STEWARD_METRICS_TOKEN", "")
STEWARD_THREADS = int(os.environ.get("STEWARD_THREADS", "2"))  # requests answered at once, in each web process
# Requests a second that one member may make for long, of each web process; 0: as many as they like.
STEWARD_PACE = int(os.environ.get("STEWARD_PACE", "0" if STEWARD_TESTING else "30"))
STEWARD_OPERATOR_LOG_DAYS = days("STEWARD_OPERATOR_LOG_DAYS", 365, least=30)
STEWARD_MAX_BODY = int(os.environ.get("STEWARD_MAX_BODY", str(50 * 2**20)))  # bytes
STEWARD_MAX_MAIL = int(os.environ.get("STEWARD_MAX_MAIL", str(50 * 2**20)))  # bytes
STEWARD_EXCHANGER = flag("STEWARD_EXCHANGER")  # the SMTP listener is the exchanger: it checks SPF, DKIM and DMARC

check_test_clock(is_allowed=STEWARD_DEMO or STEWARD_TESTING)

SECRET_KEY = os.environ.get("STEWARD_SECRET_KEY") or installation_secret(STEWARD_DATA)
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = "steward.project.urls"
WSGI_APPLICATION = "steward.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The directory of accounts decides which hosts exist; `tenancy.middleware` refuses all others first.
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "steward.ui",
    "steward.tenancy",
    "steward.privacy.keys",
    "steward.events",
    "steward.privacy.egress",
    "steward.privacy.holds",
    "steward.privacy.erasure",
    "steward.privacy.audit",
    "steward.jobs",
    "steward.outbox",
    "steward.people",
    "steward.live",
    "steward.contacts",
    "steward.files",
    "steward.privacy.consent",
    "steward.marketing",
    "steward.brand",
    "steward.tickets",
    "steward.channels.email",
    "steward.notifications",
    "steward.backups",
    "steward.privacy.mentions",
    "steward.privacy.incidents",
    "steward.privacy.recipients",
    "steward.privacy.subprocessors",
    "steward.privacy.support_access",
    "steward.privacy.agreements",
    "steward.privacy.retention",
    "steward.privacy.requests",
    "steward.privacy.exports",
    "steward.privacy.takeout",
    "steward.lifecycle",
    "steward.console",
    "steward.front",
    "steward.operator",
    "steward.demo",
    "steward.project",
]

MIDDLEWARE = [
    "steward.project.middleware.SecurityHeaders",
    "steward.project.compression.Compression",
    "steward.tenancy.languages.LanguageMiddleware",
    "steward.tenancy.middleware.AccountMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def _database() -> dict[str, object]:
    """The one database alias; `STEWARD_DB_ROLE` (app, owner, ops) chooses the login."""
    role = os.environ.get("STEWARD_DB_ROLE", "app")
    variable = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "ops": "DATABASE_OPS_URL"}[role]
    if "DATABASE_URL" in os.environ:
        if variable not in os.environ:
            raise ImproperlyConfigured(f"{variable} is needed for this command when DATABASE_URL is set.")
        parts = conninfo_to_dict(resolve_database(os.environ[variable]))
    else:
        from steward.project.postgres import dsn  # noqa: PLC0415  only with the embedded server

        parts = conninfo_to_dict(dsn(STEWARD_DATA, f"steward_{role}"))
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    database: dict[str, object] = {key: str(parts.pop(name, "") or "") for key, name in known.items()}
    return database | {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": parts,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database()}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "steward_cache"}}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["steward.people.authentication.AccountBackend"]
PASSWORD_HASHERS = ["steward.people.authentication.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "steward.people.passwords.LengthValidator"},
    {"NAME": "steward.people.passwords.BreachedPasswordValidator"},
    {"NAME": "steward.people.passwords.OwnWordsValidator"},
]
ACCOUNT_ADAPTER = "steward.people.authentication.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = False  # people.throttling counts, past rollbacks and for all processes
MFA_ADAPTER = "steward.people.authentication.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
LOGIN_URL = "/console/sign-in"
LOGIN_REDIRECT_URL = "/console/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/console/sign-in"

# Set behind a proxy that speaks TLS; the demo is plain http on loopback.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = flag("STEWARD_HTTPS")
_HOST_ONLY = "__Host-" if SESSION_COOKIE_SECURE else ""  # see ui.cookies
SESSION_ENGINE = "steward.people.sessions"
SESSION_COOKIE_NAME = f"{_HOST_ONLY}steward_console"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}steward_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "steward.ui.cookies.ToastCookie"

LANGUAGE_CODE = "en"
# Each by its own name: who looks for a language may read no other.
LANGUAGES = [
    ("en", "English"),
    ("ar", "العربية"),
    ("da", "Dansk"),
    ("lv", "Latviešu"),
    ("pl", "Polski"),
    ("vi", "Tiếng Việt"),
]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
FORMAT_MODULE_PATH = ["steward.project.formats"]
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = STEWARD_DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": f"steward.files.storage.{'BucketStore' if STEWARD_OBJECT_STORE else 'LocalStore'}",
        "OPTIONS": {
            "location": STEWARD_DATA / "files",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "steward.ui.storage.HashedFiles"},
}
if STEWARD_TESTING:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "steward.project.log_lines.LineFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "mail.log": {"level": "WARNING"},  # aiosmtpd logs addresses at INFO
        "mail.error": {"level": "WARNING"},
    },
}
