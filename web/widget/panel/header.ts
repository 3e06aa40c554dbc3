import { ALERT, BOT, CLOCK, CLOSE, SAVE } from "../../shared/icons";
import type { Chat } from "../chat";
import { button, draw, h, icon, mark, setAttribute, setText, type View } from "./kit";
import { zoned } from "./zone";

/** Who is answering, told apart at a glance, and whether the line is up. */
export function header(chat: Chat, close: () => void): View {
  const who = h("span", { class: "who" });
  const name = h("h2", { id: "name" });
  const status = h("p", { "data-testid": "status" });
  const hours = h("p", { "data-testid": "hours" });
  const closer = button("close", close, icon(CLOSE));
  const save = button("download", () => chat.tell({ type: "export" }), icon(SAVE));
  const offline = h("p", { class: "offline", role: "status", "data-testid": "offline" });
  const bar = h("div", { class: "bar" }, who, h("div", { class: "words" }, name, status, hours), save, closer);

  return {
    node: h("div", { class: "top" }, bar, offline),
    update() {
      const { status: now, agent } = chat.conversation;
      const person = now === "person" ? (agent ?? chat.text("person_name")) : "";
      setText(name, chat.welcome ? person || chat.text(`${now}_name`) : chat.text("title"));
      setText(status, chat.welcome || chat.away ? chat.standing : chat.text("connecting"));
      setText(hours, person ? "" : zoned(chat));
      setAttribute(save, "aria-label", chat.text("download"));
      save.title = chat.text("download");
      save.hidden = !chat.up || !chat.conversation.reference;
      setAttribute(closer, "aria-label", chat.text("close"));
      draw(who, person + now, () => [mark(person, now === "waiting" ? CLOCK : BOT)]);
      const trouble = chat.late ? offlineWords(chat) : "";
      draw(offline, trouble, () => [icon(ALERT), trouble]);
    },
  };
}

function offlineWords(chat: Chat): string {
  const n = chat.outbox.unsent.length;
  return chat.text(chat.away ? "away" : n ? "offline_outbox" : "offline", { n });
}
