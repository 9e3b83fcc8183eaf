from bot.core.grammar import echoed


def test_somebody_s_words_are_given_back_short_on_one_line_and_harmless() -> None:
    assert echoed("<@1> **a**\n<t:1:R>") == r"\<@1\> \*\*a\*\* \<t:1:R\>"
    assert len(echoed("x" * 4000)) == 60
