"""Discord's error codes by name; knows nothing else."""


class Code:
    """Discord's JSON error codes that decide something here (developer documentation, "Opcodes and Status Codes")."""

    UNKNOWN_MESSAGE = 10008
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_INTERACTION = 10062
    ENTITY_TOO_LARGE = 40005
    MISSING_ACCESS = 50001
    INVALID_WEBHOOK_TOKEN = 50027
    INVALID_FORM_BODY = 50035
    THREAD_ARCHIVED = 50083
