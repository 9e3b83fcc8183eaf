"""Error texts as Oxen and its providers have been seen to write them."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Cause
from bot.oxen.wire import cause_of, without_secrets
from bot.oxen.wire.causes import TEXT_LIMIT

SEEN = [
    ("Prompt cannot be empty", Cause.EMPTY_PROMPT),
    ("Model not found: bad-model-name", Cause.MODEL_NOT_FOUND),
    (":unsupported_media_type", Cause.MODEL_NOT_FOUND),
    ("Insufficient credits", Cause.NO_CREDITS),
    ("insufficient_credits", Cause.NO_CREDITS),
    ("You have run out of credits.", Cause.NO_CREDITS),
    ("Task failed: DataInspectionFailed - Green net check rejected text (input)", Cause.SAFETY),
    ("The request failed because the input image may contain real person.", Cause.SAFETY),
    ("NSFW content detected", Cause.SAFETY),
    ("Your request was flagged by our safety system", Cause.SAFETY),
    ("Getting model response error: 422 - blocked by content policy", Cause.SAFETY),
    ("403 Client Error: Forbidden for url: https://cdn.test/a.png", Cause.REFERENCE_NOT_FETCHED),
    ("Error: 404 Client Error: Not Found for url: https://cdn.test/a.png", Cause.REFERENCE_NOT_FETCHED),
    ("Failed to download image from https://cdn.test/a.png", Cause.REFERENCE_NOT_FETCHED),
    ("No connection adapters were found for 'data:image/png;base64,AA'", Cause.REFERENCE_NOT_FETCHED),
    ("Getting model response error: 422 - Value error, num_inference_steps too large", Cause.BAD_PARAMETER),
    ("num_generations must be an integer between 1 and 4", Cause.BAD_PARAMETER),
    ("Value error, moderation: Input should be 'low' or 'auto'", Cause.BAD_PARAMETER),
    ("disable_safety_checker: Value error, not a boolean", Cause.BAD_PARAMETER),
    ("Internal Server Error", Cause.OTHER),
    ("429 Client Error: Too Many Requests for url: https://provider.test/v1", Cause.OTHER),
    ("", Cause.OTHER),
]


@pytest.mark.parametrize(("text", "cause"), SEEN)
def test_a_text_that_was_seen_has_its_cause(text: str, cause: Cause) -> None:
    assert cause_of(None, text) is cause


@pytest.mark.parametrize(
    ("status", "text", "cause"),
    [
        (402, "", Cause.NO_CREDITS),
        (401, "You must be authenticated to perform this action.", Cause.KEY_REFUSED),
        (403, "You may not do this.", Cause.KEY_REFUSED),
        (403, "Insufficient credits", Cause.NO_CREDITS),
        (400, "403 Client Error: Forbidden for url: https://cdn.test/a.png", Cause.REFERENCE_NOT_FETCHED),
        (400, "Something is missing", Cause.BAD_PARAMETER),
        (422, "Something is odd", Cause.BAD_PARAMETER),
        (500, "Something broke", Cause.OTHER),
    ],
)
def test_the_status_decides_only_where_the_text_does_not(status: int, text: str, cause: Cause) -> None:
    assert cause_of(status, text) is cause


def test_a_link_shrinks_to_its_host() -> None:
    text = "403 Client Error: Forbidden for url: https://me:pw@cdn.test:8443/a/b.png?ex=1&hm=abc. Sorry"
    assert without_secrets(text) == "403 Client Error: Forbidden for url: (link to cdn.test:8443) Sorry"


@pytest.mark.parametrize(
    "secret",
    ["https://x.test/f?oxen_signature=SECRET", "data:image/png;base64,SECRET/SECRET==", "Authorization: Bearer SECRET"],
)
def test_secrets_are_left_out(secret: str) -> None:
    assert "SECRET" not in without_secrets(f"It failed ('{secret}') twice")


def test_a_long_text_is_cut_and_stands_on_one_line() -> None:
    text = without_secrets("Traceback\n  File 'x'\n" * 1000)
    assert len(text) == TEXT_LIMIT
    assert "\n" not in text


@given(st.text(st.sampled_from("https://@?#'\" .:abBearer\tdata;base64,"), max_size=300))
def test_no_text_keeps_a_link(text: str) -> None:
    assert not re.search(r"https://\w", without_secrets(text))


def test_a_text_of_megabytes_holds_nobody_up() -> None:
    began = time.process_time()
    for text in ("https://a:" * 500_000, "Bearer " + " " * 5_000_000, "404 client error: " * 300_000):
        without_secrets(text)
        cause_of(None, text)
    assert time.process_time() - began < 0.5
