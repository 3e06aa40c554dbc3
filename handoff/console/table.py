"""Every route of the console. What is not in here is not served, and not tested for who may call it."""

from handoff.console import (
    audit_routes,
    bulk_routes,
    contact_routes,
    figure_routes,
    filter_routes,
    mention_routes,
    people_routes,
    review_routes,
    routes,
    team_routes,
    telegram_routes,
    tone_routes,
)
from handoff.console.routes import Route

ROUTES: tuple[Route, ...] = (
    *routes.ROUTES,
    *people_routes.ROUTES,
    *team_routes.ROUTES,
    *figure_routes.ROUTES,
    *audit_routes.ROUTES,
    *tone_routes.ROUTES,
    *review_routes.ROUTES,
    *mention_routes.ROUTES,
    *bulk_routes.ROUTES,
    *filter_routes.ROUTES,
    *contact_routes.ROUTES,
    *telegram_routes.ROUTES,
)
