"""All settings, from the environment. `hutong up` fills in what is not given."""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from hutong.hotline.kernel.hosts import is_in_clear
from hutong.project.database import data_folder, safe
from hutong.project.logs import LOGGING  # noqa: F401 a setting
from hutong.project.trouble import Trouble

PACKAGE = Path(__file__).resolve().parent.parent
DATA = data_folder()
DEBUG = os.environ.get("HUTONG_DEBUG") == "1"
SECRET_KEY = os.environ.get("HUTONG_SECRET_KEY", "only-for-commands-that-serve-nobody")
ALLOWED_HOSTS = os.environ.get("HUTONG_HOSTS", "127.0.0.1,localhost").split(",")
BEHIND_PROXY = "HUTONG_HOSTS" in os.environ  # in service: one proxy of ours in front
LIVE_URL = os.environ.get("HUTONG_LIVE_URL", "")  # origin of the live process, empty behind one proxy
WEB_ORIGIN = os.environ.get("HUTONG_WEB_ORIGIN", "")  # origin of the pages, where the live process has another
PUBLIC_ORIGIN = os.environ.get("HUTONG_PUBLIC_ORIGIN") or WEB_ORIGIN or f"https://{ALLOWED_HOSTS[0]}"  # in notices that leave the app
# Where notices may go besides the robots of DingTalk, WeCom and Feishu: host or host:port of the mail server, of the SMS gateway.
NOTICE_HOSTS = frozenset(filter(None, os.environ.get("HUTONG_NOTICE_HOSTS", "").lower().split(",")))
ARI_URL = os.environ.get("HUTONG_ARI_URL", "")  # http://user:password@host:port of the exchange; empty: there is none
EXCHANGE = Path(os.environ.get("HUTONG_EXCHANGE_DATA") or DATA / "exchange")  # the folder that we share with it: sounds, recordings
PHONE_URL = os.environ.get("HUTONG_PHONE_URL", "")  # ws:// or wss:// address at which phone windows sign in
# What proves the log: the key that signs its checkpoints, and where they are laid down. Several machines share one key.
AUDIT_KEY = Path(os.environ.get("HUTONG_AUDIT_KEY") or DATA / "audit.key")
AUDIT_FOLDER = Path(os.environ.get("HUTONG_AUDIT_FOLDER") or DATA / "checkpoints")
AUDIT_URL = os.environ.get("HUTONG_AUDIT_URL", "")
DEMO = os.environ.get("HUTONG_DEMO") == "1"  # shows the demo sign-ins on the sign-in page


def database(url: str) -> dict[str, object]:
    """Django's settings for a libpq address. What it asks of the way there (sslmode and all else) is asked of every connection."""
    part = conninfo_to_dict(safe(url))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": part.pop("dbname", "hutong"),
        "USER": part.pop("user", ""),
        "PASSWORD": part.pop("password", ""),
        "HOST": part.pop("host", ""),
        "PORT": str(part.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # A statement that a connection has met before is planned already: a page asks the same thirty, and planning is half of their cost.
        "OPTIONS": {
            **part,
            "application_name": os.environ.get("HUTONG_PROCESS", "hutong"),
            "server_side_binding": True,
            "prepare_threshold": 2,
        },
    }


for name in ("HUTONG_AUDIT_URL", "HUTONG_OIDC_ISSUER", "HUTONG_ARI_URL", "HUTONG_PHONE_URL"):
    if (given := os.environ.get(name, "")) and is_in_clear(given):
        raise Trouble(f"{name} leads to another machine in clear. Its address has to begin with https:// (for a telephone wss://).")

# What is sealed: the key that opens it all stands apart from it where HUTONG_KEY_FILE says so. Suite, of the log as well: aes
# (AES-256-GCM, SHA-256), or sm (SM4-GCM, SM3).
KEY_FILE = Path(os.environ.get("HUTONG_KEY_FILE") or DATA / "keys.json")
OBJECTS = DATA / "objects"
SUITE = os.environ.get("HUTONG_SUITE", "aes")
if SUITE not in {"aes", "sm"}:
    raise Trouble(f"HUTONG_SUITE is aes or sm, not {SUITE}.")
AUDIT_SUITE = {"aes": "sha256", "sm": "sm3"}[SUITE]

# The owner migrates; whoever works can neither alter tables nor rewrite what is append-only. `web` and `live` are given the address of
# a third role here, which sees the rows of one post alone (migrations/0018_wall.py).
DATABASES = {"default": database(os.environ.get("HUTONG_WORK_URL", ""))}
if os.environ.get("HUTONG_AS_OWNER") == "1":
    DATABASES["default"] = database(os.environ["HUTONG_OWNER_URL"])

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "hutong.hotline",
    "hutong.desks.components",
    "hutong.desks.account",
    "hutong.desks.operator",
    "hutong.desks.cases",
    "hutong.desks.county",
    "hutong.desks.province",
    "hutong.desks.supervision",
    "hutong.desks.shift",
    "hutong.desks.office",
    "hutong.desks.rulebook",
    "hutong.desks.notices",
    "hutong.desks.recordings",
    "hutong.desks.phone",
    "hutong.desks.approvals",
    "hutong.desks.audit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hutong.desks.headers.ProxyMiddleware",
    "hutong.desks.headers.HeadersMiddleware",
    "hutong.desks.headers.FetchMiddleware",
    "hutong.desks.served.ServedMiddleware",
    "hutong.desks.standing.SameSiteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hutong.desks.access.PostMiddleware",
    "hutong.desks.account.language.LanguageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "desks" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "hutong.desks.context.page",
            ],
        },
    }
]

FORM_RENDERER = "hutong.desks.components.forms.Renderer"
LOGGING_CONFIG = "hutong.project.logs.configure"
ROOT_URLCONF = "hutong.project.urls"
WSGI_APPLICATION = "hutong.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "hotline.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone")},
    },
    {"NAME": "hutong.hotline.network.passwords.OfThePlace"},
]
LOGIN_URL = "account:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account:sign_in"
SECURE_COOKIES = os.environ.get("HUTONG_HTTPS") == "1"
# A page that is asked for in clear leads to the same over HTTPS; the API says no (desks/api/urls.py), for what was sent was read already.
SECURE_SSL_REDIRECT, SECURE_REDIRECT_EXEMPT = SECURE_COOKIES, [r"^api/"]
SECURE_HSTS_SECONDS, SECURE_HSTS_INCLUDE_SUBDOMAINS = (2 * 365 * 24 * 3600 if SECURE_COOKIES else 0), True
if SECURE_COOKIES and PHONE_URL.startswith("ws://"):
    raise Trouble("HUTONG_HTTPS is set, and HUTONG_PHONE_URL is ws://. Browsers sign in at the exchange by wss:// alone.")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"  # links from other sites: standing.SameSiteMiddleware
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_AGE = 30 * 24 * 3600  # a wall; how long a session really runs, its row says: network.rules
if SECURE_COOKIES:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
MESSAGE_STORAGE = "hutong.desks.told.Storage"
CSRF_FAILURE_VIEW = "hutong.desks.errors.csrf_failure"

# allauth keeps factors and speaks to an identity provider; the way in is ours (desks/account/entering.py). It signs nobody up.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "hutong.hotline.network.factors.Adapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A government's identity provider (OpenID Connect), where there is one. Who it names is bound by issuer and subject alone.
OIDC_ISSUER = os.environ.get("HUTONG_OIDC_ISSUER", "")
OIDC_CLIENT = os.environ.get("HUTONG_OIDC_CLIENT", "")
OIDC_SECRET = os.environ.get("HUTONG_OIDC_SECRET", "")
OIDC_NAME = os.environ.get("HUTONG_OIDC_NAME", "统一身份认证") if OIDC_ISSUER else ""
SOCIALACCOUNT_ADAPTER = "hutong.desks.account.provider.Adapter"
SOCIALACCOUNT_STORE_TOKENS = False

# Msgids are Chinese; locale/en holds the English.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [PACKAGE / "desks" / "static", ("sip.js", PACKAGE.parent / "node_modules" / "sip.js" / "lib")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if os.environ.get("HUTONG_COLLECTED") == "1"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = os.environ.get("HUTONG_COLLECTED") != "1"

DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # a pasted sheet over its own limit of 2 MB is told so on its page
