"""Tokens at rest."""

from bot.store.seal import TokenSeal


def test_a_token_comes_back() -> None:
    sealed = TokenSeal("secret").close("token")
    assert TokenSeal("secret").open(sealed) == "token"


def test_a_sealed_token_shows_nothing_of_it() -> None:
    assert "token" not in str(TokenSeal("secret").close("token"))


def test_no_token_stays_none() -> None:
    seal = TokenSeal("secret")
    assert seal.close(None) is None
    assert seal.open(None) is None


def test_with_another_secret_the_token_is_lost() -> None:
    assert TokenSeal("other").open(TokenSeal("secret").close("token")) is None


def test_what_is_no_sealed_token_is_none() -> None:
    assert TokenSeal("secret").open("token") is None
