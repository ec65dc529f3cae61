"""Where a journal is: the path of a file, or a PostgreSQL database. A password is never shown."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple, NoReturn
from urllib.parse import quote, unquote

from .errors import BadSetting
from .escaping import printable

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):/")
_URL_SCHEMES = {"postgresql", "postgres"}
# libpq also takes "host=… dbname=…". A file may have such a name, but hardly anyone gives it one.
_WORD = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|$)")
_LIBPQ_WORDS = """
    application_name channel_binding client_encoding connect_timeout dbname
    fallback_application_name gssdelegation gssencmode gsslib host hostaddr keepalives
    keepalives_count keepalives_idle keepalives_interval krbsrvname load_balance_hosts
    max_protocol_version min_protocol_version oauth_client_id oauth_client_secret
    oauth_issuer oauth_scope options passfile password port replication require_auth
    requirepeer scram_client_key scram_server_key service ssl_max_protocol_version
    ssl_min_protocol_version sslcert sslcertmode sslcompression sslcrl sslcrldir sslkey
    sslkeylogfile sslmode sslnegotiation sslpassword sslrootcert sslsni
    target_session_attrs tcp_user_timeout user
"""
LIBPQ_WORDS = frozenset(_LIBPQ_WORDS.split())
"""The options of libpq 18, and those that earlier versions had."""
_MEANT_AS_ADDRESS = re.compile(
    r"(?!\s*(?:[A-Za-z]:)?(?:[.~\\]|/(?!/)))[^@]*?:(?://|[^@]*@)"
)
"""A login or ``://``, as in ``jdbc:postgresql://…`` or ``me:…@host/db``: no name of a file."""
_HOST = re.compile(r"(?:\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?")
SECRET_WORDS = (
    *("password", "sslpassword"),
    *("oauth_client_secret", "scram_client_key", "scram_server_key"),
)
_SHORTEST_SECRET = 4
_HOW = "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded (@ is %40, / is %2F)"
HIDDEN = "[password]"


class DatabaseAddress:
    """The address of a database. It prints without the password and cannot be pickled."""

    __slots__ = ("_secrets", "_text", "shown")

    def __init__(self, text: str, shown: str, secrets: tuple[str, ...]) -> None:
        self._text = text
        self._secrets = secrets
        self.shown = shown
        """The address without the password and without options."""

    def reveal(self) -> str:
        """The whole address. Only the code that connects calls this."""
        return self._text

    def redacted(self, text: str) -> str:
        """A text of the database or its driver, with the password replaced."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return printable(" ".join(text.split()))

    def __repr__(self) -> str:
        return f"<{self.shown}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "the address of a database is not pickled, because it may have a password: the "
            "other process reads its own, for example from the environment"
        )


def read_address(text: str | os.PathLike[str]) -> DatabaseAddress | Path:
    """The address in a text. Raises ``BadSetting`` for one that no journal can have.

    The error never shows what may be a password.
    """
    path = os.fspath(text)
    scheme = _SCHEME.match(path)
    if scheme is not None and scheme[1].lower() in _URL_SCHEMES:
        return _database_url(path.strip())
    if scheme is not None and len(scheme[1]) > 1 and path[scheme.end() :][:1] == "/":
        raise BadSetting(
            f"journal= is an address with {scheme[1]}://, which is not supported: give the path "
            f"of a file, or a PostgreSQL database ({_HOW})"
        )
    if (words := _libpq_words(path)) is not None:
        return _database_words(path, words)
    if _MEANT_AS_ADDRESS.match(path):
        raise BadSetting(
            "journal= looks like the address of a database, and does not begin with "
            f"postgresql://: {_HOW}. For a file of this name, write ./ before it"
        )
    if not path.strip():
        raise BadSetting(
            "journal= is empty: give the path of a file or postgresql://…, or leave it out for "
            "no journal"
        )
    return Path(path)


def is_database(text: str | os.PathLike[str]) -> bool:
    """Whether a text names a database, and not a file."""
    return isinstance(read_address(text), DatabaseAddress)


class _Parts(NamedTuple):
    user: str
    hosts: str
    database: str
    options: dict[str, str]
    secrets: list[str]
    """Every password in it, as it is written and as it is read."""


def _database_url(text: str) -> DatabaseAddress:
    parts = _split_url(text)
    options = parts.options
    user = options.get("user", parts.user)
    shown = "postgresql://" + (f"{quote(user, safe='')}@" if user else "")
    shown += options.get("host", parts.hosts)
    shown += f"/{_shown_database(options.get('dbname', parts.database))}"
    _, _, rest = text.partition("://")
    secrets = _forms(parts.secrets)
    return DatabaseAddress(f"postgresql://{rest}", printable(shown), secrets)


def _split_url(text: str) -> _Parts:
    """The parts of a URL. Raises ``BadSetting`` if a password could end up in another part.

    libpq reports a part that it cannot read together with its text. So a URL whose user or
    password has an unescaped ``/``, ``@``, ``?`` or ``#`` must not reach it.
    """
    _, slashes, rest = text.partition("://")
    if not slashes:
        raise BadSetting(
            "journal= has only one slash after postgresql: — was it given as a Path? Give the "
            f"address as a string: {_HOW}"
        )
    login, at, place = rest.rpartition("@")
    user, _, password = login.partition(":")
    if set("/?#@[] \t\n") & set(login) or not text.isprintable():
        raise _unreadable("its user or password has a character that must be encoded")
    hosts, _, tail = place.partition("/")
    database, _, query = tail.partition("?")
    if "?" in hosts:
        hosts, _, query = hosts.partition("?")
    _check_hosts(hosts, bool(at))
    options = _options(query)
    secrets = [value for name, value in options if name in SECRET_WORDS]
    read = {name: _decoded(value) for name, value in options}
    spelled = [password, *secrets]
    secrets = [*spelled, *map(_decoded, spelled)]
    return _Parts(_decoded(user), hosts, _decoded(database), read, secrets)


def _check_hosts(hosts: str, login: bool) -> None:
    for host in hosts.split(","):
        match = _HOST.fullmatch(host)
        if match is None or (match[1] and not 0 < int(match[1]) < 65536):
            why = "its port is not a number from 1 to 65535"
            raise _unreadable(
                why if login else f"{why}, or an @ is missing before the host"
            )


def _options(query: str) -> list[tuple[str, str]]:
    """The names and values after the ``?``, split as libpq does: a ``+`` is no blank."""
    options: list[tuple[str, str]] = []
    for option in query.split("&") if query else ():
        name, equals, value = option.partition("=")
        if not equals or "=" in value:
            raise _unreadable("what follows the ? is not NAME=VALUE&NAME=VALUE")
        name = _decoded(name)
        if name not in LIBPQ_WORDS and (name, value) != ("ssl", "true"):
            raise _unreadable("an option after the ? is not one of libpq's")
        options.append((name, value))
    return options


def _decoded(text: str) -> str:
    if re.search("%(?![0-9A-Fa-f]{2})|%00", text):
        raise _unreadable("a % is not followed by two hexadecimal digits")
    return unquote(text)


def _unreadable(why: str) -> BadSetting:
    return BadSetting(f"journal= is not a PostgreSQL address: {why}; {_HOW}")


def _shown_database(name: str) -> str:
    """The name of a database, encoded. A whole address in it would show its password."""
    if re.search(r"[=:@?]", name):
        raise _unreadable("dbname= is an address itself")
    return quote(name, safe="")


def _libpq_words(text: str) -> list[tuple[str, str]] | None:
    """The words of ``host=… dbname=…``; None if a text is not of this form."""
    first = _WORD.match(text) or re.match(r"\s*(\w+)\s*=", text)
    if first is None or first[1] not in LIBPQ_WORDS:
        return None
    words: list[tuple[str, str]] = []
    position = 0
    while position < len(text.rstrip()):
        match = _WORD.match(text, position)
        if match is None or match[1] not in LIBPQ_WORDS:
            raise BadSetting(
                "journal= begins like a PostgreSQL address of the form host=… dbname=…, and is "
                "not one: quote a value that has blanks or quotes, as in password='it\\'s'; or "
                f"{_HOW}"
            )
        value = match[2]
        quoted = value.startswith("'")
        value = value[1:-1] if quoted else value
        words.append((match[1], re.sub(r"\\(.)", r"\1", value)))
        position = match.end()
    return words


def _database_words(text: str, pairs: list[tuple[str, str]]) -> DatabaseAddress:
    words = dict(pairs)
    hosts = words.get("host", words.get("hostaddr", ""))
    port = f":{words['port']}" if words.get("port", "").isdecimal() else ""
    user = f"{quote(words['user'], safe='')}@" if words.get("user") else ""
    database = _shown_database(words.get("dbname", ""))
    shown = f"postgresql://{user}{quote(hosts, safe=',.-_')}{port}/{database}"
    hidden = [value for name, value in pairs if name in SECRET_WORDS]
    return DatabaseAddress(text, printable(shown), _forms(hidden))


def _forms(secrets: list[str]) -> tuple[str, ...]:
    """Every spelling in which a driver may repeat a password, the longest first."""
    forms = {
        form
        for secret in secrets
        if len(secret) >= _SHORTEST_SECRET
        for form in (secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1])
    }
    return tuple(sorted(forms, key=len, reverse=True))
