"""What the last order says of Oxen: whether it takes any; only for what a new card says, never for a decision."""

from bot.core.admission import Change
from bot.core.job import GenerationState


class OrderHealth:
    """Hears of every change; what it has learned is forgotten with the process."""

    def __init__(self) -> None:
        self.taken = True

    def notice(self, change: Change) -> None:
        """Learn what became of a job's orders that were under way."""
        before = {g.id: g.state for g in change.before.generations}
        for generation in change.after.generations:
            if before.get(generation.id) is not GenerationState.SUBMITTING:
                continue
            if generation.state is GenerationState.QUEUED:
                self.taken = True
            elif generation.state is GenerationState.PLANNED:
                self.taken = False
