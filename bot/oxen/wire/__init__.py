"""Values to HTTP and back, as Oxen's API has them: no I/O, no clock; whatever cannot be read becomes a named error."""

from bot.oxen.wire.body import Body
from bot.oxen.wire.causes import cause_of, without_secrets
from bot.oxen.wire.events import event_of
from bot.oxen.wire.failures import Reply, paid_error, query_error, retry_after_s
from bot.oxen.wire.images import InlineImage, LinkedImage, image_of
from bot.oxen.wire.models import model_list, one_model
from bot.oxen.wire.paging import merged, wants_more
from bot.oxen.wire.requests import USER_AGENT, ImagePost, Request, ResponseFormat
from bot.oxen.wire.rows import HistoryPage, enqueued_ids, history_page, one_row, row_list, row_of

__all__ = [
    "USER_AGENT",
    "Body",
    "HistoryPage",
    "ImagePost",
    "InlineImage",
    "LinkedImage",
    "Reply",
    "Request",
    "ResponseFormat",
    "cause_of",
    "enqueued_ids",
    "event_of",
    "history_page",
    "image_of",
    "merged",
    "model_list",
    "one_model",
    "one_row",
    "paid_error",
    "query_error",
    "retry_after_s",
    "row_list",
    "row_of",
    "wants_more",
    "without_secrets",
]
