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


WRITTEN: dict[Cause, str] = {
    Cause.SAFETY: """
PUBLIC_ERROR_UNSAFE_GENERATION
PROHIBITED_CONTENT
The response is blocked since it may violate our policies
response is blocked
DataInspectionFailed
moderation_blocked
Request Moderated
Content Moderated
sexual content
PUBLIC_ERROR_SEXUAL
PUBLIC_ERROR_MINOR_UPLOAD
PUBLIC_ERROR_MINOR
PUBLIC_ERROR_PROMINENT_PEOPLE_FILTER_FAILED
PUBLIC_ERROR_VIOLENCE
finishReason: IMAGE_SAFETY
IMAGE_PROHIBITED_CONTENT
finish_reason: RECITATION
IMAGE_RECITATION
SPII
BLOCKLIST
promptFeedback.blockReason: OTHER
content_filter
content_policy_violation
The input or output was flagged as sensitive. Please try again with different inputs. (E005)
InputTextSensitiveContentDetected
OutputImageSensitiveContentDetected
Failure to pass the risk control system
Your request was rejected as a result of our safety system.
Your request was rejected by the safety system
The prompt could not be submitted. This prompt contains sensitive words that violate Google's Responsible AI practices.
All images were filtered out because they violated Google's Responsible AI practices
Prompt contains forbidden words
The image contains a real person
Image depicts a public figure
This may infringe copyright
contains copyrighted characters
Depicts minors
Getting model response error: 400 - Your prompt may contain inappropriate content
ResponsibleAIPolicyViolation
content management policy
Prompt was rejected
The prompt is not allowed
Image generation was blocked by our content filter
INPUT_PREPROCESSING.SAFETY.TEXT
SAFETY.INPUT.IMAGE
I can't help with that
The model refused to generate this image
violates our usage policies
This request violates OpenAI's usage policies
Unsafe content detected
unsafe_content
The generated image is unsafe
Nudity detected
self-harm
hate speech
Prompt not allowed because advanced moderation failed
image_unsafe: The image was considered unsafe
Sorry, your prompt goes against our community guidelines
\u5185\u5bb9\u8fdd\u89c4
personal likeness is not permitted
The content could not be processed because it contained material flagged by a content checker
Error: Generated image rejected by content moderation.
HARM_CATEGORY_SEXUALLY_EXPLICIT
HARM_CATEGORY_DANGEROUS_CONTENT
PROMPT_REJECTED
image_generation_refused: policy_violation
We can't process this image because it appears to include a child
Input contains prohibited keywords
person generation is not allowed
""",
    Cause.OTHER: """
Failed to download model weights
Could not fetch prediction
failed to load LoRA
Failed to load LoRA weights from https://huggingface.co/a/b/lora.safetensors
404 Client Error: Not Found for url: https://huggingface.co/a/b/resolve/main/model.safetensors
401 Client Error: Unauthorized for url: https://api.replicate.com/v1/predictions
Failed to fetch
Failed to fetch result image
Could not download output image
Failed to download generated image
Unable to load image encoder
Failed to load image model
Unable to pull container image
failed to load checkpoint shards
could not retrieve prediction status
Error fetching job
cannot access tokenizer config
Failed to get response from provider
CUDA out of memory
Rate limit exceeded
This request is not allowed.
The request was denied
segmentation violation
access violation
child process exited
foreign key constraint violated
CORS policy
retry policy exhausted
Request blocked by rate limiter
thread-safety error
Service unavailable, minor outage
PUBLIC_ERROR_HIGH_TRAFFIC
Prediction failed
timed out
Model is currently loading
The model is overloaded
Failed to fetch inputs schema for version
Failed to download Flux weights from the hub
Could not fetch artifact
Cannot load VAE
error reading input tensor
Failed to read image output buffer
Could not download LoRA from https://civitai.com/models/1
Load balancer has no healthy upstream
no available workers with balance
case-sensitive header
failed to read weights file
Unable to download the model from the URL
Connection reset while uploading result
prediction was canceled
Error getting image dimensions of output
upstream connect error
""",
    Cause.REFERENCE_NOT_FETCHED: """
Failed to download image from https://cdn.discordapp.com/a.png
Error while downloading https://cdn.discordapp.com/attachments/1/2/a.png
Error while downloading file. Upstream status code: 404.
Timeout while downloading https://cdn.test/a.png
Could not fetch image
Unable to retrieve input image
Failed to fetch input_image
could not load the reference image
The image could not be downloaded
image_url is not accessible
Invalid image URL
The provided image URL is unreachable
Failed to load image from url
cannot access url https://cdn.discordapp.com/x.png
The input image URL has expired
Failed to download reference image: timeout
Input image could not be fetched
data URLs are not supported
410 Client Error: Gone for url: https://cdn.discordapp.com/attachments/1/2/a.png?ex=1
Can't download picture
Failed to download image from https://cdn.discordapp.com/a.png: status 404
Failed to download image: HTTP status 403 response
could not retrieve input image for prediction 12
Error fetching https://media.discordapp.net/results/a.png
""",
    Cause.NO_CREDITS: """
Insufficient balance
insufficient funds
Not enough credits
out of credits
Your credit balance is too low
You have no credits left
credits exhausted
payment_required
Insufficient account credits
Credit limit exceeded
""",
    Cause.BAD_PARAMETER: """
Invalid value for aspect_ratio
width must be a multiple of 16
seed must be between 0 and 1
unexpected keyword argument 'foo'
Unknown parameter: 'foo'
guidance: ensure this value is less than or equal to 10
extra fields not permitted
Unsupported value: 'x' is not supported with this model
resolution: field required
safety_tolerance must be at most 2
moderation must be one of low, auto
steps out of range
'banana' is not one of ['1:1']
Getting model response error: 422 - Unprocessable
""",
    Cause.EMPTY_PROMPT: """
Prompt is required
prompt: cannot be empty prompt
Missing prompt
Prompt must not be blank
""",
    Cause.MODEL_NOT_FOUND: """
Model not found: x
model 'flux-9' does not exist
Unknown model: x
The model has been deprecated
Model flux-9 is not available
""",
}
"""One error text a line, as providers write them or may: siblings of those that were seen."""


@pytest.mark.parametrize(
    ("text", "cause"), [(text, cause) for cause, texts in WRITTEN.items() for text in texts.strip().splitlines()]
)
def test_a_text_is_read_for_what_a_person_can_act_on(text: str, cause: Cause) -> None:
    assert cause_of(None, text) is cause


@pytest.mark.parametrize(("text", "cause"), SEEN)
def test_a_text_that_was_seen_has_its_cause(text: str, cause: Cause) -> None:
    assert cause_of(None, text) is cause


@pytest.mark.parametrize(
    ("status", "text", "cause"),
    [
        (402, "", Cause.NO_CREDITS),
        (401, "You must be authenticated to perform this action.", Cause.KEY_REFUSED),
        (403, "You may not do this.", Cause.KEY_REFUSED),
        (403, "This request is not allowed.", Cause.KEY_REFUSED),
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
