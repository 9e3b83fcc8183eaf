"""What an error text of Oxen or of a provider behind it means, and that text without its secrets; pure."""

import re
from http import HTTPStatus

from bot.errors import Cause

TEXT_LIMIT = 500
"""Longer error texts are cut: the rest is a provider's traceback that nobody reads in a log."""

READ_LIMIT = 20_000
"""Only so many characters are looked at: a text of megabytes would hold up every other job."""

_LINK = r"(?:https?|wss?)://(?:[^\s/@'\"<>]*@)?([^\s/?#'\"<>)]*)[^\s'\"<>)]*"
_SECRETS = (
    (re.compile(r"data:[\w.+/-]+;base64,[\w+/=%-]*", re.IGNORECASE), "(inline data)"),
    (re.compile(_LINK, re.IGNORECASE), r"(link to \1)"),
    (re.compile(r"\bBearer\s+\S+", re.IGNORECASE), "Bearer (key)"),
)


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_FETCH = r"(?:download|fetch|retriev|access|reach|load|open|get|read)\w*"
_TROUBLE = r"(?:fail(?:ed|ure|s)?|unable|could not|couldn't|cannot|can't|can not|errors?|timeout|timed out|not able)"
_PICTURES = (
    r"(?:image|input)s?+(?![ _-]?(?:encoder|model|processor|pipeline|generator|adapter|decoder|registry|schema|version"
    r"|embedding|tensor|buffer|stream|output|result|dimension))|pictures?|photos?|\bimg|references?|attachments?"
    r"|\bur[il]s?|https?://"
)
_OF_THE_PROVIDER = re.compile(
    r"weights?|checkpoints?|lora|adapters?|safetensors|tokenizer|\bvae\b|controlnet|embeddings?|pipeline|prediction"
    r"|\bmodels?\b|outputs?|results?|generated|response|\bjobs?\b|\btasks?\b|status|webhook|docker|container|credential"
    r"|config|huggingface|civitai|replicate|//api\.|/v\d+/|\.(?:ckpt|bin|pth?|onnx|gguf|json)\b|artifact|cache|schema"
    r"|metadata|\bhub\b|registry|worker|server|\bgpu|shards?",
    re.IGNORECASE,
)
"""What providers fetch for themselves: no picture of a person's, so that sending its bytes would help nobody."""

_NOT_FETCHED = (
    # The sentences of Python's `requests`, with which the providers' workers fetch.
    re.compile(
        r"\b(?:401|403|404|410|415|451) client error: .{0,80}? for ur[il]:?(?P<about>\s*\S{0,300})", re.IGNORECASE
    ),
    re.compile(rf"{_TROUBLE}(?: to| while| when| in)? (?:be )?{_FETCH}\b(?P<about>[^\n]{{0,120}})", re.IGNORECASE),
    re.compile(
        rf"(?P<about>(?:\w+[ _]){{0,3}}(?:{_PICTURES})\b[^\n.]{{0,60}}?{_TROUBLE}(?: to)? be {_FETCH})", re.IGNORECASE
    ),
    re.compile(
        r"(?P<about>(?:\w+[ _]){0,3}(?:image|picture|photo|input|reference|file)[ _]?ur[il]s?\b[^\n.]{0,40}?"
        r"(?:invalid|unreachable|inaccessible|expired|not (?:be )?(?:publicly )?(?:accessible|reachable|found|valid)))",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<about>invalid (?:image|picture|input|reference)[ _]ur[il])", re.IGNORECASE),
)
_NEVER_FETCHED = _any_of(
    r"no connection adapters were found for",
    r"data[: -]ur[il]s? (?:is |are )?not (?:supported|allowed)",
    r"rejects data ur[il]s?",
    r"(?:error|timeout) while downloading file\b",
)
_LINK_OF_A_FILE = re.compile(r"https?://\S*", re.IGNORECASE)
_DISCORD = "discordapp."
"""Where people's pictures lie: what cannot be fetched from there is never the provider's own."""

_A_PICTURE = re.compile(rf"(?:\b|_)(?:{_PICTURES})", re.IGNORECASE)

_SAFETY = _any_of(
    r"content[ _-]?(?:policy|policies|safety|filter|moderat|violat|restrict|guideline|management|checker|rating)",
    r"(?<!disable_)(?<!enable_)(?<!thread-)(?<!thread )(?<!type )(?<!type-)safety(?!_(?:checker|tolerance)\b)",
    r"flagged|moderat|nsfw|datainspection|data[ _]inspection|green net|risk control|responsible ai|\brai\b|\bcsam\b",
    r"unsafe[ _]?(?:content|generation|image|prompt|input|output|request|material)",
    r"(?:content|image|prompt|input|output|request)\w*[^.\n]{0,30} unsafe|not safe for",
    r"prohibited|inappropriate|objectionable|offensive|obscene|disallowed|illegal (?:content|text|image|word)",
    r"harmful|sexual|nudity|\bnudes?\b|\bporn|explicit (?:content|material|image|sex)|(?:content|image) is explicit",
    r"violence|violent|\bgore\b|\bhate\b|hateful|harass|self[ _-]?harm|terroris|extremis|\bdrugs\b|weapons?\b",
    r"adult content|mature content|suggestive|\blewd|\bracy\b|guardrail|\brefusal\b|famous p|political content",
    r"\bchildren\b|\ba child\b(?! process)|personally identifiable",
    r"underage|\bminors\b|\ba minor\b|[_.]minors?\b|_minor_|child(?:ren)?[ _](?:abuse|sexual|safety|exploit)",
    r"real (?:person|people|human)|public figure|prominent[_ ]p(?:eople|erson)|celebrit|deep[ -]?fake|impersonat",
    r"\blikeness",
    r"(?:person|people|face|human)[ _]generation",
    r"copyright|trademark|intellectual property|recitation|third[ -]party (?:content|similar)|protected content",
    r"blocklist|block_?reason|\bspii\b|(?<!case)(?<!case[ -])sensitive|dangerous|danger_filter",
    r"(?:banned|forbidden|blacklisted|blocked|restricted|bad)[ _](?:word|keyword|term|content|topic|phrase|prompt)",
    r"(?:prompt|text|image|picture|input|output|response|content|generation|request)s?[ _]"
    r"(?:is|was|were|has been|have been|are|got)?[ _]?"
    # A request as a whole that is not allowed or denied lacks the rights.
    r"(?:blocked|rejected|refused|filtered|censored"
    r"|(?<!request )(?<!request is )(?<!request was )(?:not allowed|denied))(?! by (?:rate|firewall|cors|cloud))",
    r"(?:blocked|rejected|refused|filtered)(?: out)? (?:by|due to|because of|because|as a result of) (?:\w+ ){0,4}"
    r"(?:polic|filter|guideline|content|rule|review|compliance)",
    r"violat\w+[^.\n]{0,40}(?:polic|terms|guideline|rules|standards|practices)|polic(?:y|ies)[ _]?violation",
    r"(?:usage|use|community|google|openai)(?:'s)?[ _](?:polic|guideline|standards)|terms of (?:use|service)",
    r"against (?:our|the|its) (?:\w+ )?(?:polic|rules|guidelines|terms)|(?:our|the) guidelines",
    r"(?:model|\bi) (?:refused|declined|can't|cannot|won't) (?:to )?(?:help|assist|generate|create|fulfil|comply)",
    "\u8fdd\u89c4|\u654f\u611f|\u4e0d\u5408\u89c4|\u5ba1\u6838|\u5185\u5bb9\u5b89\u5168",
)
"""What the providers' filters say: whole sentences, error codes, and the subjects that they refuse."""

# The order decides: a text is read for what a person can act on before it is read for how it was wrapped.
_BY_TEXT = (
    (
        Cause.NO_CREDITS,
        _any_of(
            r"(?:insufficient|not enough|run out of|exhausted|used up)[ _-](?:\w+ ){0,2}(?:credits?|funds|balance)\b",
            r"(?:out of|\bno|low on)[ _-](?:\w+ ){0,2}credits?\b",
            r"(?:credits?|funds|balance)[ _](?:\w+ ){0,2}(?:exhausted|depleted|insufficient|too low|used up|exceeded)",
            r"payment[ _]required",
        ),
    ),
    (
        Cause.EMPTY_PROMPT,
        _any_of(
            r"prompt['\"]? (?:cannot|can't|can not|must not|may not|should not) be (?:empty|blank|null)",
            r"prompt['\"]? (?:is|was) (?:empty|blank|missing|required)",
            r"(?:empty|blank|missing) prompt\b",
            r"(?:provide|requires?) a (?:non-empty )?prompt",
        ),
    ),
    (
        Cause.MODEL_NOT_FOUND,
        _any_of(
            r"\bmodel[ _]not[ _]found",
            r":unsupported_media_type",
            r"(?:no such|unknown|unsupported|invalid|unrecognized) model\b(?! (?:weight|file|output|response|param))",
            r"\bmodel ['\"`]?[\w./:-]{1,100}['\"`]? (?:was |could |is )?not (?:be )?(?:found|available|supported)",
            r"\bmodel ['\"`]?[\w./:-]{0,100}['\"`]? ?(?:does not|doesn't) exist",
            r"\bmodel\b[^.\n]{0,60}(?:deprecated|retired|decommissioned|discontinued)",
        ),
    ),
    (
        # A parameter's own name can read like a safety filter: "moderation: Input should be 'low' or 'auto'".
        Cause.BAD_PARAMETER,
        _any_of(
            r"input should be",
            r"must be one of|is not one of|must be (?:in|between|within|at least|at most|divisible|less|greater|an? )",
            r"(?:less|greater) than or equal to|out of range|exceeds the max|too (?:large|small|high|low) for",
            r"num_generations must be",
            r"extra (?:inputs|fields) (?:are )?not permitted|unexpected keyword",
            r"(?:unknown|unrecognized|unexpected) (?:parameter|argument|field)",
            r"(?:unsupported|invalid) (?:value|parameter|argument|type|aspect|size|resolution|dimension|width|height)",
            r"(?:unsupported|invalid) (?:output )?format|field required|not a (?:boolean|number|integer)\b",
            r"is not a valid (?:integer|number|boolean|string|choice|enum)",
        ),
    ),
    (Cause.SAFETY, _SAFETY),
    (Cause.BAD_PARAMETER, _any_of(r"\b422\b", r"value error", r"validation error")),
)

_BY_STATUS: dict[int, Cause] = {
    HTTPStatus.UNAUTHORIZED: Cause.KEY_REFUSED,
    HTTPStatus.FORBIDDEN: Cause.KEY_REFUSED,
    HTTPStatus.BAD_REQUEST: Cause.BAD_PARAMETER,
    HTTPStatus.UNPROCESSABLE_ENTITY: Cause.BAD_PARAMETER,
}


def cause_of(status: int | None, text: str) -> Cause:
    """Tell why Oxen made no picture, from the HTTP status (None for a row or an event) and the error text."""
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return Cause.NO_CREDITS
    if _is_about_a_reference(text[:READ_LIMIT]):
        return Cause.REFERENCE_NOT_FETCHED
    for cause, pattern in _BY_TEXT:
        if pattern.search(text, 0, READ_LIMIT):
            return cause
    return Cause.OTHER if status is None else _BY_STATUS.get(status, Cause.OTHER)


def _is_about_a_reference(text: str) -> bool:
    """Tell whether a provider could not fetch what the person attached, rather than a file of its own."""
    if _NEVER_FETCHED.search(text):
        return True
    return any(_is_of_a_person(match["about"]) for pattern in _NOT_FETCHED for match in pattern.finditer(text))


def _is_of_a_person(about: str) -> bool:
    """Tell whether what could not be fetched is a picture, and none of the words before it makes it a provider's."""
    picture = _A_PICTURE.search(about)
    if picture is None:
        return False
    link = _LINK_OF_A_FILE.search(about)
    if link is not None and _DISCORD in link[0].casefold():
        return True
    own = _OF_THE_PROVIDER.search(about, 0, picture.start()) or (link and _OF_THE_PROVIDER.search(link[0]))
    return own is None


def without_secrets(text: str) -> str:
    """Give an error text fit for a log: links shrunk to their host, inline data and keys left out, one line, cut."""
    text = text[:READ_LIMIT]
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    text = " ".join(text.split())
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
