"""The catalogue of what can be made to go wrong by one click: a button, a sentence, and how it is done."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from http import HTTPStatus

from sandbox.discord.gateway import ODD_EVENTS
from sandbox.oxen import DropEvent, Hold, LoseAnswer, Refuse, Slow, Stick, server_error, too_many_requests
from sandbox.oxen.answers import plain_error
from sandbox.page import endings, promises
from sandbox.page.backstage import Backstage
from sandbox.page.trouble import Target, Trouble, Where

_QUEUE = "POST /ai/queue"
_FORBIDDEN = plain_error(HTTPStatus.FORBIDDEN, "This request is not allowed.")
_POLLED_S = 75.0
"""The bot asks once a minute where it may hope for an event."""
# The edit that brings the picture, on the interaction's token.
_EDIT = r"/webhooks/\d+/[^/]+/messages/"
_SLOW_ANSWER_S = 4.0
_RETRY_AFTER_S = 2
FILTERED = ("sea", "mountains", "harbour", "tree")
"""One word of each prompt that the buttons ask for."""
SMALL_UPLOAD_BYTES = 20_000
"""Less than any picture of the painter's, so that each must be made smaller, and more than what each can become."""
_LATER = timedelta(minutes=14, seconds=20)
_LATER_PAINTING_S = 45.0
"""The bot offers Get result in the last minute of a token's quarter of an hour; this ends after it."""
_PRESS_S = 15 * 60.0
_STUCK_S = 46 * 60.0
"""The bot itself gives a generation up after 45 minutes."""


def _drop_stream(stage: Backstage, _target: Target) -> None:
    stage.oxen.drop_streams()


def _freeze_stream(stage: Backstage, _target: Target) -> None:
    """A half-open line: what is open stays silent for ever, a new connection works."""
    stage.oxen.freeze_streams()
    stage.oxen.thaw_streams()


def _expire_token(stage: Backstage, target: Target) -> None:
    stage.discord.circumstances.expire_token(target.interaction)


def _delete_message(stage: Backstage, target: Target) -> None:
    stage.discord.circumstances.delete_message(target.message)


def _send_odd_events(stage: Backstage, _target: Target) -> None:
    for name, data in ODD_EVENTS.items():
        stage.discord.gateway.dispatch(name, data)


def _drop_gateway(stage: Backstage, _target: Target) -> None:
    stage.discord.gateway.drop_all()


TROUBLES: Mapping[str, Trouble] = {
    "plug": Trouble(
        where=Where.PLUG,
        label="Pull the plug",
        promise="The bot is killed (kill -9) while Oxen paints, and restarted. The picture lands in the same message.",
        told="Oxen paints on: it does not know that nobody listens.",
        kills=True,
    ),
    "drop-stream": Trouble(
        where=Where.OXEN,
        label="Drop the stream",
        promise="The event stream breaks off while it paints. The bot connects again and asks for what it missed.",
        told="The stream broke off.",
        while_painting=_drop_stream,
        kept=promises.stream_comes_back,
    ),
    "freeze-stream": Trouble(
        where=Where.OXEN,
        label="Freeze the stream",
        promise="The stream stays open and says nothing. After 45 silent seconds the bot connects again, and it lands.",
        told="The stream is silent now. This takes up to a minute.",
        while_painting=_freeze_stream,
        kept=promises.stream_comes_back,
    ),
    "lose-answer": Trouble(
        where=Where.OXEN,
        label="Swallow an answer",
        promise="Oxen takes the order, but its answer is lost. The bot finds it in Oxen's list and pays once.",
        told="The next answer to POST /ai/queue will be lost.",
        before=lambda stage: stage.oxen.faults.add(LoseAnswer(route=_QUEUE)),
        kept=promises.order_is_found,
    ),
    "delay": Trouble(
        where=Where.OXEN,
        label="Answer slowly",
        promise="Oxen takes 4 s to answer the order. The card is there at once all the same.",
        told="The next answer to POST /ai/queue will take 4 s.",
        before=lambda stage: stage.oxen.faults.add(Hold(route=_QUEUE, before_s=_SLOW_ANSWER_S)),
        kept=promises.card_is_at_once,
    ),
    "too-many": Trouble(
        where=Where.OXEN,
        label="429 from Oxen",
        promise="Oxen says that this is too much. The bot waits as long as it was told, and orders once more.",
        told="The next POST /ai/queue will be answered 429, retry after 2 s.",
        before=lambda stage: stage.oxen.faults.add(
            Refuse(route=_QUEUE, answer=too_many_requests(retry_after_s=_RETRY_AFTER_S))
        ),
        kept=partial(promises.waits_as_told, retry_after_s=_RETRY_AFTER_S),
    ),
    "server-error": Trouble(
        where=Where.OXEN,
        label="500 from Oxen",
        promise="Oxen breaks down over the order. The bot looks whether it was taken, and only then orders once more.",
        told="The next POST /ai/queue will be answered 500.",
        before=lambda stage: stage.oxen.faults.add(Refuse(route=_QUEUE, answer=server_error())),
        kept=promises.looks_before_it_orders,
    ),
    "discord-limit": Trouble(
        where=Where.DISCORD,
        label="429 from Discord",
        promise="Discord puts the edit off. The picture comes two seconds later, once.",
        told="The next edit will be answered 429, retry after 2 s.",
        before=lambda stage: stage.discord.faults.rate_limit(_EDIT, _RETRY_AFTER_S, method="PATCH"),
        kept=partial(promises.edit_is_repeated, status=429, after_s=_RETRY_AFTER_S),
    ),
    "discord-error": Trouble(
        where=Where.DISCORD,
        label="502 from Discord",
        promise="Discord takes the edit, but says 502. The same edit once more shows the same picture, once.",
        told="The next edit will be done and answered 502.",
        before=lambda stage: stage.discord.faults.lose_answer(_EDIT, method="PATCH"),
        kept=partial(promises.edit_is_repeated, status=502),
        over=endings.settled_and_answered,
    ),
    "hung-edit": Trouble(
        where=Where.DISCORD,
        label="Hang an edit",
        promise="Discord never answers the edit. The bot gives it up, and the picture comes with the next.",
        told="The next edit will get no answer.",
        before=lambda stage: stage.discord.faults.hold(_EDIT, method="PATCH"),
        kept=promises.picture_lands,
    ),
    "odd-event": Trouble(
        where=Where.DISCORD,
        label="Send odd events",
        promise="Discord sends events that make no sense, while it paints. The bot drops them, runs on, and it lands.",
        told="Four odd events are sent.",
        while_painting=_send_odd_events,
        kept=promises.keeps_running,
    ),
    "expire-token": Trouble(
        where=Where.DISCORD,
        label="Expire the token",
        promise="The token of this command dies early. The picture comes by the bot's own token instead.",
        told="The token is dead: 401, code 50027.",
        while_painting=_expire_token,
        kept=promises.own_token_serves,
    ),
    "later": Trouble(
        where=Where.DISCORD,
        label="Fifteen minutes later",
        promise="A private picture takes so long that its token dies. Press Get result on its card in time, "
        "and it comes there; else it is in /inbox.",
        told="This command is 14 minutes old, and is painted for 45 s more. In a moment its card has Get result.",
        before=lambda stage: stage.oxen.faults.add(Slow(extra_s=_LATER_PAINTING_S)),
        private=True,
        aged=_LATER,
        kept=promises.comes_by_a_press,
        over=endings.had,
        patience_s=_PRESS_S,
    ),
    "picture-refused": Trouble(
        where=Where.DISCORD,
        label="Refuse the picture",
        promise="Discord's filter holds the picture for explicit (20009). After a second try half a minute later "
        "the card says so, and the picture waits in /inbox.",
        told="Discord takes no picture of the bot's now.",
        before=lambda stage: stage.discord.circumstances.refuse_pictures(),
        kept=promises.refusal_is_told,
        over=endings.gave_in,
    ),
    "words-refused": Trouble(
        where=Where.DISCORD,
        label="Refuse the words",
        promise="Discord's filter for harmful links refuses the card (240000). The person is told privately, without "
        "the words, and nothing is ordered.",
        told="Discord refuses this prompt.",
        before=lambda stage: stage.discord.circumstances.refuse_words(*FILTERED),
        kept=promises.prompt_is_not_shown,
        over=endings.answered,
    ),
    "small-upload": Trouble(
        where=Where.DISCORD,
        label="Shrink the size limit",
        promise="Only files up to 20 kB may be sent. The picture is made smaller, and the card says so.",
        told="This order may carry 20 kB.",
        before=lambda stage: stage.discord.circumstances.limit_uploads(SMALL_UPLOAD_BYTES),
        kept=promises.made_smaller,
    ),
    "delete-message": Trouble(
        where=Where.DISCORD,
        label="Delete the message",
        promise="A moderator deletes the card while it paints. What somebody deleted is never posted again.",
        told="The message is deleted.",
        while_painting=_delete_message,
        kept=promises.stays_deleted,
        over=endings.found_gone,
    ),
    "silent-stream": Trouble(
        where=Where.OXEN,
        label="Stream without events",
        promise="The stream is up, but tells nothing of what is finished. The bot asks by itself within a minute, and "
        "opens the stream anew. Press this again at once: now it asks every few seconds, until an event comes.",
        told="The stream carries no events now.",
        before=lambda stage: stage.oxen.faults.add(DropEvent(), times=None),
        kept=partial(promises.found_soon, within_s=_POLLED_S),
        over=endings.found_or_listening_anew,
    ),
    "order-refused": Trouble(
        where=Where.OXEN,
        label="Refuse the order",
        promise="Oxen refuses this order (403). After a second try within a minute the card says so, "
        "and nothing is paid.",
        told="Every POST /ai/queue will be answered 403.",
        before=lambda stage: stage.oxen.faults.add(Refuse(route=_QUEUE, answer=_FORBIDDEN), times=None),
        kept=promises.refused_order_is_told,
        over=endings.given_up,
    ),
    "stuck": Trouble(
        where=Where.OXEN,
        label="Get a job stuck",
        promise="Painting never ends. You can cancel it on the card; after 45 minutes the bot would by itself.",
        told="This picture will never be ready. Press Cancel on its card.",
        before=lambda stage: stage.oxen.faults.add(Stick()),
        kept=promises.is_cancelled,
        patience_s=_STUCK_S,
    ),
    "gateway": Trouble(
        where=Where.DISCORD,
        label="Lose the gateway",
        promise="The line to Discord breaks while it paints. The bot resumes its session, and the picture lands.",
        told="The line to Discord broke.",
        while_painting=_drop_gateway,
        kept=promises.session_resumes,
    ),
}
