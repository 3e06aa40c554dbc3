"""The demo shop's contents: articles, goods, orders with times relative to now, and two agents."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.knowledge import articles
from bot.shopdata import demo, embedded
from handoff.desk import people


@dataclass(frozen=True, slots=True)
class DemoAgent:
    email: str
    name: str


AGENTS = (DemoAgent("mei@xiaoman.example", "Mei"), DemoAgent("jun@xiaoman.example", "Jun"))


def seed(session: Session, now: datetime) -> None:
    """Put the demo shop in place. Articles that are there stay as they are; orders are moved to the present."""
    if not articles.version(session)[0]:
        articles.store(session, list(articles.read_folder(articles.STARTER)), now)
    catalogue = demo.products()
    embedded.store(session, catalogue, demo.orders(catalogue, now))
    for agent in AGENTS:
        if people.find_agent(session, agent.email) is None:
            people.add_agent(session, agent.email, agent.name, "agent", now)
