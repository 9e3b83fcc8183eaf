"""Discord's refusals, with the statuses and codes that it uses for them."""

from enum import Enum

from sandbox.discord.jsontypes import JsonObject


class Problem(Enum):
    """Status, code and message. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json."""

    NOT_FOUND = (404, 0, "404: Not Found")
    METHOD_NOT_ALLOWED = (405, 0, "405: Method Not Allowed")
    UNAUTHORIZED = (401, 0, "401: Unauthorized")
    UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_USER = (404, 10013, "Unknown User")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    TOO_LARGE = (413, 40005, "Request entity too large")
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    MISSING_ACCESS = (403, 50001, "Missing Access")
    EXPLICIT_CONTENT = (400, 20009, "Explicit content cannot be sent to the desired recipient(s)")
    OTHER_AUTHOR = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    CANNOT_DM = (403, 50007, "Cannot send messages to this user")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
    INVALID_FORM = (400, 50035, "Invalid Form Body")
    ARCHIVED_THREAD = (400, 50083, "Thread is archived")
    ENTRY_POINT_MISSING = (
        400,
        50240,
        "You cannot remove this app's Entry Point command in a bulk update operation.",
    )
    INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")
    HARMFUL_LINK = (400, 240000, "Message blocked by harmful links filter")

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def code(self) -> int:
        return self.value[1]

    @property
    def message(self) -> str:
        return self.value[2]


class DiscordError(Exception):
    """A request that Discord refuses. `errors` names the fields of an invalid form."""

    def __init__(self, problem: Problem, *, errors: JsonObject | None = None) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.message} {errors or ''}")
        self.problem = problem
        self.errors = errors

    def body(self) -> JsonObject:
        body: JsonObject = {"message": self.problem.message, "code": self.problem.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


class ClientRefusedError(ValueError):
    """A person tried what Discord's own client does not let them do, so nothing was sent."""
