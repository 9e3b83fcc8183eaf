"""What an operator may write, and the sentences for what cannot be used."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.settings import LogFormat, LogLevel, OxenSettings, Settings, data_folder, doubtful_variables

TOKEN = "MTE4.GmX2.abcdefgh"
KEY = "SFMyNTY.g2gDbQ"
NEEDED = {"DISCORD_TOKEN": TOKEN, "OXEN_API_KEY": KEY}
GUILD = "1180000000000000001"
EXAMPLE = Path(__file__).parent.parent / ".env.example"


def settings(**variables: str) -> Settings:
    return Settings.from_mapping({**NEEDED, **variables})


def problems(variables: Mapping[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_mapping(variables)
    return caught.value.problems


def sentences(variables: Mapping[str, str]) -> tuple[str, ...]:
    try:
        Settings.from_mapping(variables)
    except ConfigurationError as error:
        return error.problems
    return ()


def problem(**variables: str) -> str:
    (sentence,) = problems({**NEEDED, **variables})
    return sentence


def test_token_and_key_are_enough() -> None:
    made = settings()
    assert made.discord_token.get_secret_value() == TOKEN
    assert made.oxen_api_key.get_secret_value() == KEY


def test_the_defaults_are_those_of_the_contract() -> None:
    made = settings().model_dump(exclude={"discord_token", "oxen_api_key", "database_url"})
    assert made == {
        "discord_api_url": "https://discord.com/api/v10",
        "discord_gateway_url": "wss://gateway.discord.gg/",
        "discord_cdn_hosts": {"cdn.discordapp.com", "media.discordapp.net"},
        "discord_guild_id": None,
        "oxen_api_url": "https://hub.oxen.ai/api",
        "oxen_namespace": None,
        "oxen_model": "flux-2-dev",
        "oxen_models": frozenset(),
        "allowed_guilds": frozenset(),
        "max_jobs_per_member": 10,
        "daily_images_per_member": 100,
        "daily_usd": 20,
        "daily_usd_per_member": 2,
        "keep_days": 400,
        "max_running_generations": 16,
        "job_deadline_s": 2700,
        "reconcile_grace_s": 180,
        "hold_above_usd": 0.25,
        "log_level": LogLevel.INFO,
        "log_format": LogFormat.TEXT,
    }
    assert settings().database_url.get_secret_value() == "sqlite:///data/easel.db"


def test_all_problems_are_told_at_once() -> None:
    told = problems({"OXEN_API_KEY": "changeme", "LOG_LEVEL": "loud", "MAX_JOBS_PER_MEMBER": "0"})
    assert sorted(sentence.split()[0] for sentence in told) == [
        "DISCORD_TOKEN",
        "LOG_LEVEL",
        "MAX_JOBS_PER_MEMBER",
        "OXEN_API_KEY",
    ]


def test_a_problem_says_what_to_do() -> None:
    (sentence,) = problems({"OXEN_API_KEY": KEY})
    assert sentence == (
        "DISCORD_TOKEN is missing: give your bot's token from Bot > Reset Token at"
        " https://discord.com/developers/applications."
    )
    assert problem(MAX_JOBS_PER_MEMBER="three") == (
        "MAX_JOBS_PER_MEMBER is 'three': give a whole number from 1 to 1000000."
    )


@pytest.mark.parametrize(
    "text", ["your-token-here", "changeme", "<token>", "xxx", "XXX", "your_key_here", "paste token here", "...", "null"]
)
def test_placeholders_are_refused(text: str) -> None:
    assert problem(DISCORD_TOKEN=text).startswith("DISCORD_TOKEN is still a placeholder: give your bot's token")


@pytest.mark.parametrize("text", [f"Bot {TOKEN}", f'"{TOKEN}"', f"'{TOKEN}'", "tok\nen", "schlüssel"])
def test_a_token_is_one_bare_word(text: str) -> None:
    assert problem(DISCORD_TOKEN=text).startswith("DISCORD_TOKEN must be the bare value")


def test_spaces_around_a_value_do_not_count() -> None:
    assert settings(OXEN_API_KEY=f" {KEY}\n").oxen_api_key.get_secret_value() == KEY


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_value_counts_as_not_given(blank: str) -> None:
    assert settings(DISCORD_GUILD_ID=blank, MAX_JOBS_PER_MEMBER=blank).max_jobs_per_member == 10
    assert problem(DISCORD_TOKEN=blank).startswith("DISCORD_TOKEN is missing")


def test_variables_of_others_are_not_our_business() -> None:
    assert settings(PATH="/bin", MAX_JOBS_PER_MEMBRE="nonsense", FROBNICATE_FILE="/nowhere") == settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings().log_level = LogLevel.DEBUG  # pyright: ignore[reportAttributeAccessIssue]  # the point of the test


class TestSecrets:
    url = "postgresql://easel:p%40ssw0rd-x@db/easel"

    def test_they_are_in_no_repr(self) -> None:
        made = settings(DATABASE_URL=self.url)
        for text in (repr(made), str(made), repr(made.model_dump()), made.model_dump_json()):
            assert not any(secret in text for secret in (TOKEN, KEY, "ssw0rd"))

    def test_they_are_in_no_problem(self) -> None:
        secret = "s3cret/word"
        bad = {"DISCORD_TOKEN": f"Bot {secret}", "DATABASE_URL": f"mysql://u:{secret}@h/d", "LOG_LEVEL": "loud"}
        with pytest.raises(ConfigurationError) as caught:
            Settings.from_mapping({**bad, "OXEN_API_URL": f"http://u:{secret}@h"})
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None, "a chained traceback would print the values"

    def test_the_logs_are_told_what_to_hide(self) -> None:
        assert set(settings(DATABASE_URL=self.url).secrets()) == {TOKEN, KEY, "p%40ssw0rd-x", "p@ssw0rd-x"}
        assert set(settings().secrets()) == {TOKEN, KEY}


class TestSecretFiles:
    @pytest.mark.parametrize("variable", ["DISCORD_TOKEN", "OXEN_API_KEY"])
    def test_a_secret_may_come_from_a_file(self, tmp_path: Path, variable: str) -> None:
        file = tmp_path / "secret"
        file.write_text("from-a-file.1\n")
        rest = {name: value for name, value in NEEDED.items() if name != variable}
        made = Settings.from_mapping({**rest, f"{variable}_FILE": str(file)})
        assert "from-a-file.1" in made.secrets()

    def test_so_may_the_database(self, tmp_path: Path) -> None:
        file = tmp_path / "url"
        file.write_text("postgres://u:p@db/easel")
        assert settings(DATABASE_URL_FILE=str(file)).database_url.get_secret_value() == "postgres://u:p@db/easel"

    def test_both_ways_at_once_are_a_problem(self) -> None:
        sentence = problem(DISCORD_TOKEN_FILE="/run/secrets/token")
        assert sentence.startswith("DISCORD_TOKEN and DISCORD_TOKEN_FILE are both given: keep one of them")
        assert sentence.endswith(" (an empty DISCORD_TOKEN= counts as not given).")

    def test_a_file_that_is_not_there_is_one_problem_and_its_path_is_not_told(self) -> None:
        (sentence,) = problems({"OXEN_API_KEY": KEY, "DISCORD_TOKEN_FILE": TOKEN})
        assert sentence.startswith("DISCORD_TOKEN_FILE cannot be read (no such file or directory): give")
        assert TOKEN not in sentence

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b" \n", "DISCORD_TOKEN_FILE is the path of an empty file"),
            (b"\xff\xfe", "not a UTF-8 text"),
            (b"changeme", "DISCORD_TOKEN is still a placeholder"),
        ],
    )
    def test_what_the_file_holds_is_checked(self, tmp_path: Path, content: bytes, told: str) -> None:
        file = tmp_path / "secret"
        file.write_bytes(content)
        (sentence,) = problems({"OXEN_API_KEY": KEY, "DISCORD_TOKEN_FILE": str(file)})
        assert told in sentence

    @pytest.mark.parametrize("path", [".", "bad\0path"])
    def test_a_path_that_is_no_file_is_a_problem(self, path: str) -> None:
        (sentence,) = problems({"OXEN_API_KEY": KEY, "DISCORD_TOKEN_FILE": path})
        assert sentence.startswith("DISCORD_TOKEN_FILE cannot be read (")


class TestAddresses:
    @pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.8.9.1", "[::1]:80", "localhost"])
    def test_a_stand_in_for_discord_may_be_on_this_machine(self, host: str) -> None:
        made = settings(DISCORD_API_URL=f"http://{host}/api/v10/", DISCORD_GATEWAY_URL=f"ws://{host}/gateway")
        assert made.discord_api_url == f"http://{host}/api/v10"
        assert made.discord_gateway_url == f"ws://{host}/gateway"

    @pytest.mark.parametrize(
        "url",
        [
            "https://discord.com/api/v9",
            "http://discord.com/api/v10",
            "https://discord.com.evil.example/api/v10",
            "http://127.0.0.1@evil.example/",
            "http://evil.example\\@127.0.0.1/",
            "http://127.0.0.1:99999/",
            "http://10.0.0.1/api/v10",
            "http://127.0.0.1.evil.example/",
            "ftp://127.0.0.1/",
            "127.0.0.1",
            "http://[::1/",
            "http:///",
        ],
    )
    def test_no_other_address_gets_the_token(self, url: str) -> None:
        assert problem(DISCORD_API_URL=url).startswith("DISCORD_API_URL is n")
        assert problem(DISCORD_GATEWAY_URL=url.replace("http", "ws")).startswith("DISCORD_GATEWAY_URL is n")

    def test_the_official_address_may_be_given_with_or_without_a_slash(self) -> None:
        made = settings(DISCORD_API_URL="https://discord.com/api/v10/", DISCORD_GATEWAY_URL="wss://gateway.discord.gg")
        assert made == settings()

    def test_oxen_is_reached_encrypted_or_on_this_machine(self) -> None:
        assert settings(OXEN_API_URL="https://oxen.example/api/").oxen_api_url == "https://oxen.example/api"
        assert settings(OXEN_API_URL="http://127.0.0.1:9/api").oxen_api_url == "http://127.0.0.1:9/api"
        assert problem(OXEN_API_URL="http://hub.oxen.ai/api").startswith(
            "OXEN_API_URL is not an https:// address: give"
        )

    @pytest.mark.parametrize(
        "url", ["hub.oxen.ai/api", "https://", "https://u:p@h/api", "https://h/api?x=1", "https://a b"]
    )
    def test_oxens_address_is_a_plain_base(self, url: str) -> None:
        assert problem(OXEN_API_URL=url).startswith("OXEN_API_URL is not ")

    def test_references_are_read_from_discord_or_from_this_machine(self) -> None:
        made = settings(DISCORD_CDN_HOSTS="CDN.discordapp.com, 127.0.0.1 ,[::1],")
        assert made.discord_cdn_hosts == {"cdn.discordapp.com", "127.0.0.1", "::1"}

    @pytest.mark.parametrize("hosts", ["cdn.discordapp.com:443", "evil.example", "cdn.discordapp.com,10.0.0.1", ","])
    def test_references_are_read_from_nowhere_else(self, hosts: str) -> None:
        assert problem(DISCORD_CDN_HOSTS=hosts).startswith("DISCORD_CDN_HOSTS ")


class TestLists:
    def test_spaces_and_empty_items_are_tolerated(self) -> None:
        made = settings(ALLOWED_GUILDS=f" {GUILD} , {GUILD[:-1]}2,", OXEN_MODELS="flux-2-dev , gpt-image-2")
        assert made.allowed_guilds == {1180000000000000001, 1180000000000000002}
        assert made.oxen_models == {"flux-2-dev", "gpt-image-2"}

    @pytest.mark.parametrize(
        "ids", ["my-server", "12", f"{GUILD},x", "99999999999999999999", "-1180000000000000001", ","]
    )
    def test_servers_are_named_by_id(self, ids: str) -> None:
        assert "give ids of servers (17 to 20 digits each)" in problem(ALLOWED_GUILDS=ids)

    def test_a_list_that_names_nothing_is_not_everything(self) -> None:
        assert problem(ALLOWED_GUILDS=" , ").startswith("ALLOWED_GUILDS holds only commas")

    def test_one_server_for_development(self) -> None:
        assert settings(DISCORD_GUILD_ID=GUILD).discord_guild_id == int(GUILD)
        assert problem(DISCORD_GUILD_ID="here").startswith(
            "DISCORD_GUILD_ID holds 'here', which is not an id of Discord"
        )

    @pytest.mark.parametrize("variable", ["OXEN_MODEL", "OXEN_NAMESPACE", "OXEN_MODELS"])
    def test_names_fit_into_a_path(self, variable: str) -> None:
        assert problem(**{variable: "flux 2/dev"}).startswith(f"{variable} holds spaces or signs")


class TestNumbers:
    @pytest.mark.parametrize(
        ("variable", "low"),
        [("MAX_JOBS_PER_MEMBER", 1), ("MAX_RUNNING_GENERATIONS", 1), ("DAILY_IMAGES_PER_MEMBER", 0)],
    )
    def test_counts_have_a_lowest_and_a_highest_value(self, variable: str, low: int) -> None:
        made: object = getattr(settings(**{variable: str(low)}), variable.lower())
        assert made == low
        for wrong in (str(low - 1), "1000001", "2.5", "many", "9" * 5000):
            assert problem(**{variable: wrong}).startswith(f"{variable} is '{wrong[:20]}")

    def test_words_are_kept_for_days_or_for_ever(self) -> None:
        assert (settings(KEEP_DAYS="0").keep_days, settings(KEEP_DAYS="36500").keep_days) == (0, 36500)
        for wrong in ("-1", "36501", "1.5", "a year"):
            assert "give a whole number of days from 1 to 36500, or 0 for ever" in problem(KEEP_DAYS=wrong)

    def test_a_deadline_is_above_zero_and_at_most_a_day(self) -> None:
        assert settings(JOB_DEADLINE_S="0.5").job_deadline_s == 0.5
        for wrong in ("0", "-1", "86401", "nan", "inf", "soon"):
            assert "give seconds above 0 and up to 86400" in problem(JOB_DEADLINE_S=wrong)

    def test_no_order_may_outlive_the_grace(self) -> None:
        assert settings(RECONCILE_GRACE_S="150").reconcile_grace_s == 150
        for wrong in ("0", "-1", "0.5", "149", "86401", "nan", "inf", "soon"):
            assert "give seconds from 150 to 86400" in problem(RECONCILE_GRACE_S=wrong)

    def test_an_oxen_on_this_machine_may_have_a_shorter_grace(self) -> None:
        made = settings(RECONCILE_GRACE_S="0.5", OXEN_API_URL="http://127.0.0.1:8080/api")
        assert made.reconcile_grace_s == 0.5
        with pytest.raises(ConfigurationError, match="150 s"):
            settings(RECONCILE_GRACE_S="5", OXEN_API_URL="https://oxen.example/api")

    @pytest.mark.parametrize("variable", ["DAILY_USD", "DAILY_USD_PER_MEMBER"])
    def test_ceilings_are_amounts_and_zero_is_none(self, variable: str) -> None:
        made: object = getattr(settings(**{variable: "0.05"}), variable.lower())
        assert (made, getattr(settings(**{variable: "0"}), variable.lower())) == (0.05, 0)
        for wrong in ("-0.01", "nan", "inf", "$1", "1,50"):
            assert "give an amount in US dollars, such as 20 or 2.50, or 0 for no limit" in problem(**{variable: wrong})

    def test_the_price_that_is_never_paid_twice(self) -> None:
        assert settings(HOLD_ABOVE_USD="0").hold_above_usd == 0
        for wrong in ("-0.01", "nan", "inf", "$1"):
            assert "give an amount in US dollars" in problem(HOLD_ABOVE_USD=wrong)


class TestDatabase:
    @pytest.mark.parametrize(
        "url",
        [
            "sqlite:///data/easel.db",
            "sqlite:////var/lib/easel.db",
            "postgresql://easel:pass@host/db",
            "postgres://easel@host:5432/db?sslmode=require",
            "postgresql:///easel",
        ],
    )
    def test_sqlite_and_postgresql_are_taken_as_written(self, url: str) -> None:
        assert settings(DATABASE_URL=url).database_url.get_secret_value() == url

    @pytest.mark.parametrize(
        "url",
        [
            "easel.db",
            "sqlite://",
            "sqlite:///",
            "sqlite:///data/",
            "sqlite://easel.db",
            "sqlite:///:memory:",
            "mysql://u:hunter2@host/db",
            "postgresql+asyncpg://u:hunter2@host/db",
            "postgresql://u:hunter2@host",
            "postgresql://u:hunter2@host/db/more",
            "postgresql://u:hunter2@host:port/db",
            "postgresql://u:hun@ter2@host/db",
            "postgresql://u:hun#ter2@host/db",
            "postgresql://u:hun/ter2@host/db",
            "postgresql:u:hunter2@host/db",
            "postgresql://u:hunter2@/",
            "sqlite:///data/easel.db?mode=ro",
        ],
    )
    def test_what_is_malformed_is_told_without_the_password(self, url: str) -> None:
        sentence = problem(DATABASE_URL=url)
        assert "give sqlite:///data/easel.db or postgresql://user:password@host/database" in sentence
        assert "ter2" not in sentence


class TestLogging:
    def test_level_and_format_in_any_case(self) -> None:
        made = settings(LOG_LEVEL="debug", LOG_FORMAT="JSON")
        assert (made.log_level, made.log_format) == (LogLevel.DEBUG, LogFormat.JSON)

    def test_what_else_is_written_there(self) -> None:
        assert problem(LOG_LEVEL="loud") == "LOG_LEVEL is 'loud': give DEBUG, INFO, WARNING, ERROR or CRITICAL."
        assert problem(LOG_FORMAT="xml") == "LOG_FORMAT is 'xml': give text or json."


class TestEnvironment:
    @pytest.fixture(autouse=True)
    def empty_environment(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for variable in os.environ:
            monkeypatch.delenv(variable)
        monkeypatch.chdir(tmp_path)

    def test_the_file_in_the_working_folder_is_read(self) -> None:
        Path(".env").write_text(f"# mine\nexport DISCORD_TOKEN='{TOKEN}'\nOXEN_API_KEY={KEY} # key\nHOME\n")
        assert Settings.from_environment() == settings()

    def test_the_environment_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Path(".env").write_text(f"DISCORD_TOKEN={TOKEN}\nOXEN_API_KEY=other-key-1\nLOG_LEVEL=DEBUG\n")
        monkeypatch.setenv("OXEN_API_KEY", KEY)
        monkeypatch.setenv("LOG_LEVEL", "")
        assert Settings.from_environment() == settings(LOG_LEVEL="DEBUG")

    def test_without_a_file_the_environment_is_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
        monkeypatch.setenv("OXEN_API_KEY", KEY)
        assert Settings.from_environment() == settings()

    def test_values_stand_as_they_are_written(self) -> None:
        Path(".env").write_text(f"DISCORD_TOKEN={TOKEN}\nOXEN_API_KEY=a${{HOME}}b\n")
        assert Settings.from_environment().oxen_api_key.get_secret_value() == "a${HOME}b"

    def test_a_line_that_cannot_be_understood_is_a_problem_by_its_number(self) -> None:
        Path(".env").write_text(f"DISCORD_TOKEN={TOKEN}\nOXEN_API_KEY={KEY}\nLOG_LEVEL='DEBUG\n")
        with pytest.raises(ConfigurationError, match=r"^\.env line 3 cannot be understood: write NAME=value\.$"):
            Settings.from_environment()

    @pytest.mark.parametrize("unreadable", [b"\xff\xfe", None])
    def test_a_file_that_cannot_be_read_is_told_beside_the_rest(self, unreadable: bytes | None) -> None:
        Path(".env").mkdir() if unreadable is None else Path(".env").write_bytes(unreadable)
        with pytest.raises(ConfigurationError) as caught:
            Settings.from_environment()
        assert caught.value.problems[0].startswith(".env cannot be read (")
        assert len(caught.value.problems) == 4

    def test_what_is_missing_is_told_with_the_file_it_belongs_into(self) -> None:
        with pytest.raises(ConfigurationError, match=r"cp \.env\.example \.env makes it\.$"):
            Settings.from_environment()
        Path(".env").write_text("LOG_LEVEL=DEBUG\n")
        with pytest.raises(ConfigurationError, match=r"Write what is missing into the file \.env in this folder\.$"):
            Settings.from_environment()

    @pytest.mark.parametrize(
        ("slip", "meant"),
        [
            ("ALLOWED_GUILD", "ALLOWED_GUILDS"),
            ("allowed_guilds", "ALLOWED_GUILDS"),
            ("ALLOWED-GUILDS", "ALLOWED_GUILDS"),
            ("MAX_JOBS_PER_MEMBR", "MAX_JOBS_PER_MEMBER"),
            ("MAX_JOBS", "MAX_JOBS_PER_MEMBER"),
            ("OXEN_MODLE", "OXEN_MODEL"),
            ("OXEN_KEY", "OXEN_API_KEY"),
            ("DISCORD_BOT_TOKEN", "DISCORD_TOKEN"),
            ("DAILY_IMAGES", "DAILY_IMAGES_PER_MEMBER"),
            ("LOGLEVEL", "LOG_LEVEL"),
            ("OXEN_MODELS_FILE", "OXEN_MODELS"),
        ],
    )
    def test_a_slip_in_a_name_is_told_with_the_name_that_was_meant(self, slip: str, meant: str) -> None:
        Path(".env").write_text(f"DISCORD_TOKEN={TOKEN}\nOXEN_API_KEY={KEY}\n{slip}=1\n")
        with pytest.raises(ConfigurationError) as caught:
            Settings.from_environment()
        assert caught.value.problems == (f".env: {slip} is not a setting of Easel: write {meant}, or take it out.",)

    @pytest.mark.parametrize("name", ["PATH", "COMPOSE_PROFILES", "DATABASE_URL_SECRET", "DATABASE_URL_FILE", "PGHOST"])
    def test_what_other_programs_read_from_the_file_is_no_slip(self, name: str, tmp_path: Path) -> None:
        (tmp_path / "value").write_text("sqlite:///data/easel.db")
        Path(".env").write_text(f"DISCORD_TOKEN={TOKEN}\nOXEN_API_KEY={KEY}\n{name}={tmp_path}/value\n")
        assert Settings.from_environment() == settings()

    def test_a_slip_in_the_environment_and_a_proxy_are_doubts_and_no_problem(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert doubtful_variables() == ()
        monkeypatch.setenv("ALLOWED_GUILD", "1")
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
        slip, proxy = doubtful_variables()
        assert slip == "ALLOWED_GUILD is not a setting of Easel: write ALLOWED_GUILDS, or take it out."
        assert proxy.startswith("https_proxy: Easel uses no proxy")

    def test_what_is_kept_beside_the_database_goes_where_systemd_lets_the_bot_write(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert data_folder() == Path("data")
        monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/easel")
        assert data_folder() == Path("/var/lib/easel")

    def test_a_try_needs_the_key_alone(self) -> None:
        Path(".env").write_text(f"OXEN_API_KEY={KEY}\nOXEN_MODEL=gpt-image-2\nDATABASE_URL=nonsense\n")
        made = OxenSettings.from_environment()
        assert (made.oxen_model, made.oxen_namespace, made.secrets()) == ("gpt-image-2", None, (KEY,))


class TestExample:
    def defaults(self) -> dict[str, str]:
        text = EXAMPLE.read_text().replace("\n#", "\n")
        names = {field.upper() for field in Settings.model_fields}
        lines = [line for line in text.splitlines() if line.partition("=")[0] in names]
        return dict(line.split("=", 1) for line in lines)

    def test_it_names_every_variable(self) -> None:
        assert set(self.defaults()) == {field.upper() for field in Settings.model_fields}

    def test_what_it_shows_as_default_is_the_default(self) -> None:
        assert Settings.from_mapping({**self.defaults(), **NEEDED}) == settings()

    def test_only_the_two_secrets_are_left_to_fill_in(self) -> None:
        assert dict(dotenv_values(EXAMPLE)) == {"DISCORD_TOKEN": "", "OXEN_API_KEY": ""}


@given(st.dictionaries(st.sampled_from([field.upper() for field in Settings.model_fields]), st.text(max_size=40)))
def test_whatever_is_written_gives_settings_or_sentences(variables: dict[str, str]) -> None:
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences(variables))
