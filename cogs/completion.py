"""What is offered while somebody types an option: from the cached catalogue alone, so that it is always quick."""

import discord
from discord import app_commands

from bot.client import EaselBot
from bot.core.model_search import find_model
from bot.core.request import choices_for, model_choices
from bot.core.schema import Model
from bot.errors import UserError

Interaction = discord.Interaction[EaselBot]


async def complete_model(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the models that may be used; none that would be refused because its price is not known."""
    desk = interaction.client.desk
    models = desk.catalogue.models() or ()
    offered = model_choices(models, desk.models.allowed, typed, priced_only=desk.models.priced_only)
    return [app_commands.Choice(name=name, value=value) for name, value in offered]


async def complete_aspect_ratio(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the shapes of the chosen model."""
    return _values(interaction, "aspect_ratio", typed)


async def complete_resolution(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the sizes of the chosen model."""
    return _values(interaction, "resolution", typed)


def _values(interaction: Interaction, option: str, typed: str) -> list[app_commands.Choice[str]]:
    model = _chosen_model(interaction)
    if model is None:
        return []
    return [app_commands.Choice(name=value, value=value) for value in choices_for(model, option, typed)]


def _chosen_model(interaction: Interaction) -> Model | None:
    """Give the model as far as it is typed, else the default; None when it names none or several."""
    desk = interaction.client.desk
    named = getattr(interaction.namespace, "model", None)
    try:
        return find_model(
            named if isinstance(named, str) and named else None,
            desk.catalogue.models() or (),
            default_model=desk.models.default_model,
            allowed=desk.models.allowed,
        )
    except UserError:
        return None
