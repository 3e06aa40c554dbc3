"""The demo shop's contents: articles, goods, orders with times relative to now, and two agents with their answers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.knowledge import articles
from bot.shopdata import demo, embedded
from handoff.desk import canned, people
from handoff.desk.canned import Canned


@dataclass(frozen=True, slots=True)
class DemoAgent:
    email: str
    name: str
    role: str


AGENTS = (DemoAgent("mei@xiaoman.example", "Mei", "admin"), DemoAgent("jun@xiaoman.example", "Jun", "agent"))


def sign_ins(session: Session, now: datetime) -> list[tuple[str, str]]:
    """A name and a one-time code for each demo agent; who was taken off stays out."""
    active = {person.email for person in people.agents(session)}
    return [(agent.name, people.issue_link(session, agent.email, now)) for agent in AGENTS if agent.email in active]


def seed(session: Session, now: datetime) -> None:
    """Put the demo shop in place. What people may have edited stays as it is; orders are moved to the present."""
    if not articles.version(session)[0]:
        articles.store(session, list(articles.read_folder(articles.STARTER)), now)
    catalogue = demo.products()
    embedded.store(session, catalogue, demo.orders(catalogue, now))
    for agent in AGENTS:
        if people.find_agent(session, agent.email) is None:
            people.add_agent(session, agent.email, agent.name, agent.role, now)
    if not canned.listing(session):
        for entry in demo.canned():
            canned.put(session, Canned(0, entry["shortcut"], entry["title"], entry["texts"]))
