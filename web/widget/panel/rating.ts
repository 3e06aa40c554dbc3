// The third file, fetched when a customer is asked how it was.
import type { Rating as Asked } from "../../generated/widget";
import { STAR } from "../../shared/icons";
import type { Chat } from "../chat";
import { button, draw, h, icon, setAttribute, setText, type View } from "./kit";
import style from "./style/rating.css?inline";

/** Arrow keys pass over stars that are not meant. */
const SETTLED = 700;
const LONGEST = 200;

export type Rating = View;

export function dress(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets.push(sheet);
}

/** Five stars, and once one is chosen room for words. Both may be changed as long as the server offers it. */
export function rating(chat: Chat): Rating {
  const question = h("legend");
  const stars = h("div", { class: "stars" });
  const meaning = h("p", { class: "hint", "data-testid": "rating-meaning" });
  const box = h("textarea", { rows: "2", maxlength: `${LONGEST}`, dir: "auto", "data-testid": "rating-comment" });
  const send = button("rating-send", say);
  const more = h("div", { class: "more" }, box, send);
  const thanks = h("p", { class: "thanks", role: "status", "data-testid": "rating-thanks" });
  const node = h("fieldset", { class: "rating", "data-testid": "rating" }, question, stars, meaning, thanks, more);
  let asked: Asked | null = null;
  let chosen = 0;
  let pending = 0;
  let said = "";
  let timer = 0;

  return {
    node,
    update() {
      asked = chat.conversation.rating ?? null;
      if (!asked) return;
      const { seq, name, score, comment, scores, form } = asked;
      draw(stars, `${seq} ${chat.locale}`, () => begin(comment, scores));
      if (score === pending) pending = 0;
      // A star that is on its way is not taken back by what the server still shows.
      if (!timer) mark(pending || (score ?? chosen));
      setText(question, name ? chat.text("rate_agent", { name }) : chat.text(isTeam() ? "rate_team" : "rate_bot"));
      const field = form.fields[0]?.label ?? "";
      setAttribute(box, "aria-label", field);
      setAttribute(box, "placeholder", field);
      setText(send, form.submit);
      more.hidden = !chosen;
      send.disabled = box.value.trim() === said;
      setText(thanks, score ? chat.text(comment && comment === said ? "rate_kept" : "rate_thanks") : "");
    },
  };

  function begin(comment: string, scores: Asked["scores"]): Node[] {
    [chosen, pending, said, box.value] = [0, 0, comment, comment];
    box.oninput = () => (send.disabled = box.value.trim() === said);
    return scores.map(({ label }, index) => {
      const input = h("input", { type: "radio", name: "score", value: `${index + 1}`, "aria-label": label });
      input.addEventListener("change", () => choose(index + 1));
      return h("label", { title: label }, input, icon(STAR));
    });
  }

  function choose(score: number): void {
    mark(score);
    clearTimeout(timer);
    timer = setTimeout(give, SETTLED);
    chat.changed();
  }

  function give(): void {
    clearTimeout(timer);
    timer = 0;
    const token = asked?.scores[chosen - 1]?.token;
    if (!token) return;
    pending = chosen;
    chat.press(token, "");
  }

  function mark(score: number): void {
    chosen = score;
    [...stars.children].forEach((star, index) => {
      star.classList.toggle("on", index < score);
      (star.firstChild as HTMLInputElement).checked = index + 1 === score;
    });
    setText(meaning, score ? `${asked?.scores[score - 1]?.label ?? ""} · ${chat.text("rate_hint")}` : "");
  }

  function say(): void {
    if (!asked) return;
    // Words belong to a score: one that has not settled yet goes first.
    if (timer) give();
    said = box.value.trim();
    chat.submit(asked.form.token, { comment: said }, "");
  }

  /** Asked about people without a name, or about the assistant: the message it stands under tells. */
  function isTeam(): boolean {
    return chat.messages.get(asked?.seq ?? 0)?.kind === "activity";
  }
}
