"""Answers to interactions and what follows them; the token in the path is all that is needed."""

from sandbox.discord.jsontypes import JsonObject
from sandbox.discord.limits import WEBHOOK
from sandbox.discord.rest.calls import NO_CONTENT, Call, Reply, Route
from sandbox.discord.state import Answer, CallbackType, Interaction, MessageFlag

# https://discord.com/developers/docs/interactions/receiving-and-responding (interaction callback resource object):
# the message is there for these types only.
_WITH_MESSAGE = (CallbackType.MESSAGE, CallbackType.UPDATE_MESSAGE)


def answer_interaction(call: Call) -> Reply:
    interactions = call.core.interactions
    interaction, answer = interactions.answer(call.id("interaction_id"), call.params["interaction_token"], call.body)
    if not call.flag("with_response"):
        return NO_CONTENT
    return Reply(json=_callback_response(call, interaction, answer))


def _callback_response(call: Call, interaction: Interaction, answer: Answer) -> JsonObject:
    told: JsonObject = {
        "id": str(interaction.id),
        "type": int(interaction.type),
        "channel_id": str(interaction.channel_id),
    }
    if interaction.guild_id:
        told["guild_id"] = str(interaction.guild_id)
    message = call.core.world.messages.get(answer.message_id or 0)
    if message is None:
        return {"interaction": told}
    told |= {
        "response_message_id": str(message.id),
        "response_message_loading": MessageFlag.LOADING in message.contents.flags,
        "response_message_ephemeral": message.ephemeral,
    }
    if answer.type not in _WITH_MESSAGE:
        return {"interaction": told}
    resource: JsonObject = {"type": int(answer.type), "message": call.core.payloads.message(message)}
    return {"interaction": told, "resource": resource}


def _interaction(call: Call) -> Interaction:
    return call.core.interactions.by_token(call.id("webhook_id"), call.params["webhook_token"])


def follow_up(call: Call) -> Reply:
    """An interaction's webhook always waits, whatever `wait` says."""
    message = call.core.interactions.follow_up(_interaction(call), call.body)
    return Reply(json=call.core.payloads.message(message))


def _name(call: Call) -> str:
    return call.params.get("message_id", "@original")


def get_message(call: Call) -> Reply:
    message = call.core.interactions.message(_interaction(call), _name(call))
    return Reply(json=call.core.payloads.message(message))


def edit_message(call: Call) -> Reply:
    interaction = _interaction(call)
    message = call.core.interactions.message(interaction, _name(call))
    return Reply(json=call.core.payloads.message(call.core.interactions.edit(interaction, message, call.body)))


def delete_message(call: Call) -> Reply:
    call.core.messages.delete(call.core.interactions.message(_interaction(call), _name(call)))
    return NO_CONTENT


_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
_ORIGINAL = _WEBHOOK + "/messages/@original"
_MESSAGE = _WEBHOOK + "/messages/{message_id}"
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
ROUTES = (
    Route(method="POST", template=_CALLBACK, endpoint=answer_interaction, rate=WEBHOOK, open=True),
    Route(method="POST", template=_WEBHOOK, endpoint=follow_up, rate=WEBHOOK, open=True),
    Route(method="GET", template=_ORIGINAL, endpoint=get_message, rate=WEBHOOK, open=True),
    Route(method="PATCH", template=_ORIGINAL, endpoint=edit_message, rate=WEBHOOK, open=True),
    Route(method="DELETE", template=_ORIGINAL, endpoint=delete_message, rate=WEBHOOK, open=True),
    Route(method="GET", template=_MESSAGE, endpoint=get_message, rate=WEBHOOK, open=True),
    Route(method="PATCH", template=_MESSAGE, endpoint=edit_message, rate=WEBHOOK, open=True),
    Route(method="DELETE", template=_MESSAGE, endpoint=delete_message, rate=WEBHOOK, open=True),
)
