"""What POST /v1/offers takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.service import PlacementName
from service.schemas import Asked, Id

MAX_CUSTOMERS = 1000
MAX_OFFERS = 20


class OffersRequest(Asked):
    """A campaign, and the customers it is for."""

    campaign_id: Id = Field(description="Asked again with the same id, a customer gets the same offers.")
    customers: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_CUSTOMERS)] = Field(
        description="Customer ids, each once."
    )
    placement: PlacementName = Field("email", description="Whose channel consent is needed for.")
    limit: int = Field(3, ge=1, le=MAX_OFFERS, description="Offers a customer at most.")
