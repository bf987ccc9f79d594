"""What POST /v1/offers takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.service import PlacementName
from service.schemas import Asked, Id, Limit

MAX_CUSTOMERS = 1000


class OffersRequest(Asked):
    """A campaign, and the customers it is for."""

    campaign_id: Id = Field(description="Asked again with the same id, a customer gets the same offers.")
    customers: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_CUSTOMERS)] = Field(
        description="Customer ids, each once.", json_schema_extra={"uniqueItems": True}
    )
    placement: PlacementName = Field("email", description="Whose channel consent is needed for.")
    limit: Limit = Field(3, description="Offers a customer at most.")
