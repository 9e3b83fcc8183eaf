"""What may be turned while the local Oxen runs. Every default is what the real service is known to do."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Knobs:
    """Settings that a test or the page changes in place; they count from the next request or generation on."""

    queued_s: tuple[float, float] = (0.0, 0.0)
    painting_s: tuple[float, float] = (0.05, 0.05)
    """Between which bounds a generation stays `queued` and `processing`."""
    keep_alive_s: float = 15.0
    link_lifetime_s: float = 3600.0
    echoes_params_in_queue_rows: bool = True
    """False leaves prompt and parameters out of /ai/queue rows, as OpenAPI 0.243.1 describes them."""
    costs_after_s: float = 0.0
    """How long after its end a row's `cost` is still null; `math.inf` for an account that is never told."""
    charges_in_vain: bool = False
    """What fails, or is cancelled while it is painted, is charged all the same: the service states neither."""
    accepts_data_uris: bool = True
    models_refusing_data_uris: frozenset[str] = frozenset({"sandbox-links-only"})
    unlisted_models: frozenset[str] = frozenset()
    """Known by id and by search, but missing from GET /ai/models."""
    subscribes_after_s: float = 0.0
    """How long after a stream's headers its events begin: the one does not promise the other."""
    noisy_stream: bool = True
    """The stream also carries a deployment event at connect and a stranger's generation before each result."""
    usual_long_side_px: int = 1024
    """The longer side of a picture at "1 MP" or "1K"; other resolutions are larger or smaller than that."""
    grainy: bool = False
    """Pictures are full of grain, as photographs are: no lossless format makes much less of 3 bytes a pixel."""
