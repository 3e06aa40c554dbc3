import type { Chat } from "../chat";
import type { Rating } from "./rating";

/** The question how it was, under the message it is asked about. Its file is fetched where there is something to ask. */
export function asking(chat: Chat, log: HTMLElement): { update(): void } {
  let card: Rating | undefined;
  let tries = 0;
  let wanted = false;

  return {
    update() {
      const asked = chat.conversation.rating;
      if (asked && !card) void fetchCard();
      card?.update();
      const place = asked && log.querySelector(`[data-seq="${asked.seq}"]`);
      if (!place) card?.node.remove();
      else if (card && card.node.parentNode !== place) place.append(card.node);
    },
  };

  async function fetchCard(): Promise<void> {
    if (wanted || tries > 2) return;
    wanted = true;
    try {
      const made = (await import(/* @vite-ignore */ chat.at(`widget-rating.js?${tries++}`))) as typeof import("./rating");
      card = made.rating(chat);
      made.dress(log.getRootNode() as ShadowRoot);
      chat.changed();
    } catch {
      wanted = false;
    }
  }
}
