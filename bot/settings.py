"""Frozen, typed settings from the environment and .env: the only reader of the environment; knows no service."""

import io
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails

from bot import setting_values as values
from bot.core.hosts import is_loopback
from bot.errors import ConfigurationError
from bot.setting_names import misspelt, unused_proxies
from bot.setting_values import OddValueError

# Such generations are looked for during 24 h (docs/architecture.md, "What may still turn up"): no wait outlives that.
LONGEST_WAIT_S = 86_400
# A hundred years.
LONGEST_KEPT_DAYS = 36_500
# A POST may take 120 s (oxen/client.py), and a proxy that gave up on it may hand it over a little later.
LEAST_GRACE_S = 150
# Beyond any use, and small enough for an integer column of every database.
HIGHEST_COUNT = 1_000_000
# A token or a password is far shorter; a file that is longer is not one (/dev/zero, a log, a picture).
SECRET_FILE_CHARS = 65_536


class _AnyCase(StrEnum):
    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((member for member in cls if str(value).lower() == member.lower()), None)


class LogLevel(_AnyCase):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class LogFormat(_AnyCase):
    TEXT = "text"
    JSON = "json"


Secret = Annotated[SecretStr, BeforeValidator(values.bare_secret)]
Count = Annotated[int, Field(le=HIGHEST_COUNT)]
Ceiling = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_CEILING = "an amount in US dollars, such as 20 or 2.50, or 0 for no limit"
Seconds = Annotated[float, Field(gt=0, le=LONGEST_WAIT_S, allow_inf_nan=False)]


class _FromVariables(BaseModel):
    """A setting is a field in lower case; its description ends the sentence "NAME is ...: give ..."."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def from_environment(cls, env_file: Path = Path(".env")) -> Self:
        """Read `env_file` and the environment, which wins; an empty variable counts as not given.

        Raises ConfigurationError with every problem.
        """
        in_file, problems = _read_env_file(env_file)
        # A setting with a slip in its name is one that the operator believes to be in force.
        problems += tuple(f"{env_file.name}: {sentence}" for sentence in misspelt(in_file, setting_names()))
        try:
            return cls._build({**in_file, **_given(os.environ)}, problems)
        except ConfigurationError as error:
            # Raised anew without a chain, as in `_build`.
            told = (*error.problems, *_where_to_write(env_file, error.problems))
        raise ConfigurationError(told)

    @classmethod
    def from_mapping(cls, variables: Mapping[str, str]) -> Self:
        """Build the settings from variables by their upper-case names; raises ConfigurationError with every problem."""
        return cls._build(_given(variables), ())

    @classmethod
    def _build(cls, variables: Mapping[str, str], problems: tuple[str, ...]) -> Self:
        found = {field: variables[field.upper()] for field in cls.model_fields if field.upper() in variables}
        unreadable: dict[str, str] = {}
        for field in cls.secret_fields():
            try:
                found |= _from_file(field.upper(), variables)
            except ConfigurationError as error:
                unreadable[field] = str(error)
        problems += tuple(unreadable.values())
        try:
            settings = cls.model_validate(found)
        except ValidationError as error:
            problems += tuple(cls._sentence(e) for e in error.errors() if e["loc"][0] not in unreadable)
        else:
            if not problems:
                return settings
        # Raised outside the handler: pydantic's error holds the values, and a chained traceback would show them.
        raise ConfigurationError(problems)

    @classmethod
    def secret_fields(cls) -> tuple[str, ...]:
        """Return the fields that may also be given as a file."""
        return tuple(name for name, field in cls.model_fields.items() if field.annotation is SecretStr)

    @classmethod
    def _sentence(cls, error: ErrorDetails) -> str:
        field = str(error["loc"][0])
        return f"{field.upper()} {cls._remark(field, error)}: give {cls.model_fields[field].description}."

    @classmethod
    def _remark(cls, field: str, error: ErrorDetails) -> str:
        if error["type"] == "missing":
            return "is missing"
        reason: object = error.get("ctx", {}).get("error")
        if isinstance(reason, OddValueError):
            return str(reason)
        value = str(error["input"])
        if field in cls.secret_fields() or "@" in value:  # user:password@ in an address
            return "cannot be used"
        return f"is {values.shown(value)}"


def _grace(grace_s: float, info: ValidationInfo) -> float:
    """Return the grace; one that an order could outlive is odd, but where the order's own limit follows it."""
    oxen_api_url: str = info.data.get("oxen_api_url", "")
    if grace_s < LEAST_GRACE_S and oxen_api_url and not is_loopback(urlsplit(oxen_api_url).hostname):
        raise OddValueError(f"is {grace_s:g}, and an order may be under way for {LEAST_GRACE_S} s")
    return grace_s


class OxenSettings(_FromVariables):
    """What `python -m bot try` needs: Oxen alone, no Discord and no database."""

    oxen_api_key: Secret = Field(description="your key from https://oxen.ai/settings/profile")
    oxen_api_url: Annotated[str, BeforeValidator(values.oxen_api_url)] = Field(
        default="https://hub.oxen.ai/api",
        description="an https:// address such as https://hub.oxen.ai/api (http:// only on this machine)",
    )
    oxen_namespace: Annotated[str, BeforeValidator(values.name)] | None = Field(
        default=None, description="the name of an Oxen user or organisation, or leave it out"
    )
    oxen_model: Annotated[str, BeforeValidator(values.name)] = Field(
        default="flux-2-dev", description="the id of one model, such as flux-2-dev"
    )

    def secrets(self) -> tuple[str, ...]:
        """Give the values that no log may show."""
        return (self.oxen_api_key.get_secret_value(),)


class DatabaseSettings(_FromVariables):
    """What `python -m bot backup` needs: the database alone, no token and no key."""

    database_url: Annotated[SecretStr, BeforeValidator(values.database_url)] = Field(
        default=SecretStr("sqlite:///data/easel.db"),
        description="sqlite:///data/easel.db or postgresql://user:password@host/database (in a password, @ is written"
        " as %40, : as %3A, / as %2F, # as %23 and % as %25)",
    )


class Settings(DatabaseSettings, OxenSettings):
    """Everything that the bot can be told from outside; the README's table, in its words and units."""

    discord_token: Secret = Field(
        description="your bot's token from Bot > Reset Token at https://discord.com/developers/applications"
    )
    discord_api_url: Annotated[str, BeforeValidator(values.discord_api_url)] = Field(
        default=values.DISCORD_API_URL,
        description="https://discord.com/api/v10, or leave it out (another address is only for tests on this machine)",
    )
    discord_gateway_url: Annotated[str, BeforeValidator(values.discord_gateway_url)] = Field(
        default=values.DISCORD_GATEWAY_URL,
        description="wss://gateway.discord.gg/, or leave it out (another address is only for tests on this machine)",
    )
    discord_cdn_hosts: Annotated[frozenset[str], BeforeValidator(values.cdn_hosts)] = Field(
        default=values.DISCORD_CDN_HOSTS,
        description="cdn.discordapp.com,media.discordapp.net, or leave it out (other hosts are only for tests on this"
        " machine, without port)",
    )
    discord_guild_id: Annotated[int, BeforeValidator(values.snowflake)] | None = Field(
        default=None, description="the id of one server (17 to 20 digits, from Copy Server ID), or leave it out"
    )
    oxen_models: Annotated[frozenset[str], BeforeValidator(values.names)] = Field(
        default=frozenset(), description="the exact ids of models with commas between them, or leave it out for all"
    )
    allowed_guilds: Annotated[frozenset[int], BeforeValidator(values.snowflakes)] = Field(
        default=frozenset(),
        description="ids of servers (17 to 20 digits each) with commas between them, or leave it out for all",
    )
    max_jobs_per_member: Count = Field(default=10, ge=1, description=f"a whole number from 1 to {HIGHEST_COUNT}")
    daily_images_per_member: Count = Field(
        default=100, ge=0, description=f"a whole number from 1 to {HIGHEST_COUNT}, or 0 for no limit"
    )
    daily_usd: Ceiling = Field(default=20, description=_CEILING)
    daily_usd_per_member: Ceiling = Field(default=2, description=_CEILING)
    keep_days: Annotated[int, Field(ge=0, le=LONGEST_KEPT_DAYS)] = Field(
        default=400, description=f"a whole number of days from 1 to {LONGEST_KEPT_DAYS}, or 0 for ever"
    )
    max_running_generations: Count = Field(default=16, ge=1, description=f"a whole number from 1 to {HIGHEST_COUNT}")
    job_deadline_s: Seconds = Field(default=2700, description=f"seconds above 0 and up to {LONGEST_WAIT_S}")
    reconcile_grace_s: Annotated[Seconds, AfterValidator(_grace)] = Field(
        default=180,
        description=f"seconds from {LEAST_GRACE_S} to {LONGEST_WAIT_S} (less only with an Oxen on this machine)",
    )
    hold_above_usd: float = Field(
        default=0.25, ge=0, allow_inf_nan=False, description="an amount in US dollars, 0 or more, such as 0.25"
    )
    log_level: LogLevel = Field(default=LogLevel.INFO, description="DEBUG, INFO, WARNING, ERROR or CRITICAL")
    log_format: LogFormat = Field(default=LogFormat.TEXT, description="text or json")

    def secrets(self) -> tuple[str, ...]:
        """Give the values that no log may show: token, key, and the database's password as written and as meant."""
        password = urlsplit(self.database_url.get_secret_value()).password or ""
        return (
            *super().secrets(),
            self.discord_token.get_secret_value(),
            *((password, unquote(password)) if password else ()),
        )


def data_folder() -> Path:
    """Return the folder for what is kept beside the database: systemd's StateDirectory= where there is one."""
    # systemd names several with colons between them (systemd.exec, "RuntimeDirectory="); the unit asks for one.
    return Path(os.environ.get("STATE_DIRECTORY") or "data")


def setting_names() -> frozenset[str]:
    """Return the names of all variables that Easel reads."""
    secrets = {f"{field.upper()}_FILE" for field in Settings.secret_fields()}
    return frozenset(secrets | {field.upper() for field in Settings.model_fields})


def doubtful_variables() -> tuple[str, ...]:
    """Return a sentence for each variable of the environment that does not do what the operator may expect of it."""
    given = _given(os.environ)
    return (*misspelt(given, setting_names()), *unused_proxies(given))


def _given(variables: Mapping[str, str]) -> dict[str, str]:
    return {variable: value.strip() for variable, value in variables.items() if value.strip()}


def _where_to_write(env_file: Path, problems: tuple[str, ...]) -> tuple[str, ...]:
    """Return where what is missing belongs, if anything is."""
    if not any(" is missing: " in problem for problem in problems):
        return ()
    if env_file.exists():
        return (f"Write what is missing into the file {env_file.name} in this folder.",)
    example = f"{env_file.name}.example"
    return (f"Settings belong into the file {env_file.name} in this folder: cp {example} {env_file.name} makes it.",)


def _read_env_file(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read a .env file as written: `${NAME}` is not replaced, since a password may hold it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, ()
    except (OSError, UnicodeDecodeError) as error:
        return {}, (f"{path.name} cannot be read ({_why(error)}): make it a UTF-8 text file that Easel may read.",)
    lines = list(parse_stream(io.StringIO(text)))
    problems = tuple(
        f"{path.name} line {line.original.line} cannot be understood: write NAME=value." for line in lines if line.error
    )
    return _given({line.key: line.value for line in lines if line.key and line.value}), problems


def _from_file(variable: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Give the secret that X_FILE points to, if it is set; never names the path, which may be a pasted secret."""
    file_variable = f"{variable}_FILE"
    if file_variable not in variables:
        return {}
    if variable in variables:
        todo = f"keep one of them (an empty {variable}= counts as not given)"
        raise ConfigurationError((f"{variable} and {file_variable} are both given: {todo}.",))
    try:
        with Path(variables[file_variable]).open(encoding="utf-8-sig") as file:
            secret = file.read(SECRET_FILE_CHARS).strip()
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a path with a NUL
        todo = "give the path of a text file that Easel may read"
        raise ConfigurationError((f"{file_variable} cannot be read ({_why(error)}): {todo}.",)) from None
    if not secret:
        raise ConfigurationError((f"{file_variable} is the path of an empty file: put the value into that file.",))
    return {variable.lower(): secret}


def _why(error: Exception) -> str:
    return (error.strerror or "unreadable").lower() if isinstance(error, OSError) else "not a UTF-8 text"
