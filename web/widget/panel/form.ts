import type { Form, FormField } from "../../generated/widget";
import { ALERT } from "../../shared/icons";
import type { Chat } from "../chat";
import { draw, h, icon, setAttribute } from "./kit";

const KEYBOARD = { text: "text", email: "email", tel: "tel", number: "decimal" } as const;
const FILLED_BY = { text: "off", email: "email", tel: "tel", number: "off" } as const;
const drawn = new Map<string, Drawn>();
let count = 0;

/** Something to fill in. It may be ignored: writing the same into the composer works too. Refused, it comes back as it was. */
export function form(chat: Chat, asked: Form): HTMLElement {
  const key = chat.locale + asked.token;
  const { node, refuse } = drawn.get(key) ?? fresh(chat, asked);
  drawn.set(key, { node, refuse });
  if (chat.refusedForm.token === asked.token) refuse(chat.refusedForm.text);
  return node;
}

interface Drawn {
  readonly node: HTMLElement;
  /** The server found that it cannot be right. */
  refuse(words: string): void;
}

function fresh(chat: Chat, { fields, submit, token }: Form): Drawn {
  const lines = fields.map((field) => line(chat, field));
  const button = h("button", { type: "submit", class: "form-submit", "data-testid": "form-submit" }, submit);
  const node = h("form", { "data-testid": "form", novalidate: "novalidate" }, ...lines.map(({ node }) => node), button);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const missing = lines.filter((line) => !line.filled());
    if (missing[0]) return missing[0].input.focus();
    const values = lines.map(({ input }) => input.value.trim());
    const named = Object.fromEntries(fields.map(({ name }, index) => [name, values[index]!]));
    chat.refusedForm.token = "";
    chat.submit(token, named, values.join(" · "));
  });
  return {
    node,
    refuse(words) {
      lines[0]?.say(words);
      requestAnimationFrame(() => lines[0]?.input.focus());
    },
  };
}

interface Line {
  readonly node: HTMLElement;
  readonly input: HTMLInputElement;
  /** Says so where it is empty. */
  filled(): boolean;
  say(words: string): void;
}

function line(chat: Chat, { name, label, type, hint }: FormField): Line {
  const id = `field-${++count}`;
  const about = h("span", { class: "hint", id: `${id}-about` }, hint);
  const input = h("input", {
    id, name, type: type === "number" ? "text" : type, inputmode: KEYBOARD[type], autocomplete: FILLED_BY[type],
    maxlength: "200", required: "required", "aria-describedby": about.id, "data-testid": "form-field",
  });
  const trouble = h("span", { class: "trouble", role: "alert" });
  input.addEventListener("input", () => input.value.trim() && say(""));

  return {
    node: h("div", { class: "line" }, h("label", { for: id }, label), input, about, trouble),
    input,
    say,
    filled() {
      const empty = !input.value.trim();
      say(empty ? chat.text("form_empty") : "");
      return !empty;
    },
  };

  function say(words: string): void {
    setAttribute(input, "aria-invalid", words && "true");
    draw(trouble, words, () => [icon(ALERT), h("span", {}, words)]);
  }
}
