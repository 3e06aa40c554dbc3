"""Runs in Rasa's environment: reads {"model", "texts"}, prints the likeliest intent in scope of each text."""

import asyncio
import json
import os
import sys

OUT_OF_SCOPE = "out_of_scope"
TELL_EVERY = 500


async def main() -> None:
    task = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # Rasa prints to standard output
    from rasa.core.agent import Agent  # type: ignore[import-not-found]  # noqa: PLC0415  only Rasa's Python has it

    agent = Agent()
    agent.load_model(task["model"])
    for at, text in enumerate(task["texts"], start=1):
        reading = await agent.parse_message(text)
        best = next(score for score in reading["intent_ranking"] if score["name"] != OUT_OF_SCOPE)
        print(json.dumps([best["name"], best["confidence"]]), file=answers)
        if at % TELL_EVERY == 0:
            print(f"    Rasa read {at} of {len(task['texts'])}", file=sys.stderr)


asyncio.run(main())
