import type { Form, FormField } from "../../generated/widget";
import { ALERT } from "../../shared/icons";
import type { Chat } from "../chat";
import { draw, h, icon, setAttribute } from "./kit";

const KEYBOARD = { text: "text", email: "email", tel: "tel", number: "decimal" } as const;
const FILLED_BY = { text: "off", email: "email", tel: "tel", number: "off" } as const;
const drawn = new Map<string, HTMLElement>();
let count = 0;

/** Something to fill in. It may be ignored: writing the same into the composer works too. Refused, it comes back as it was. */
export function form(chat: Chat, asked: Form): HTMLElement {
  const key = chat.locale + asked.token;
  const node = drawn.get(key) ?? fresh(chat, asked);
  drawn.set(key, node);
  return node;
}

function fresh(chat: Chat, { fields, submit, token }: Form): HTMLElement {
  const lines = fields.map((field) => line(chat, field));
  const button = h("button", { type: "submit", class: "form-submit", "data-testid": "form-submit" }, submit);
  const node = h("form", { "data-testid": "form", novalidate: "novalidate" }, ...lines.map(({ node }) => node), button);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const missing = lines.filter((line) => !line.filled());
    if (missing[0]) return missing[0].input.focus();
    const values = lines.map(({ input }) => input.value.trim());
    const named = Object.fromEntries(fields.map(({ name }, index) => [name, values[index]!]));
    chat.submit(token, named, values.join(" · "));
  });
  return node;
}

interface Line {
  readonly node: HTMLElement;
  readonly input: HTMLInputElement;
  /** Says so where it is empty. */
  filled(): boolean;
}

function line(chat: Chat, { name, label, type, hint }: FormField): Line {
  const id = `field-${++count}`;
  const about = h("span", { class: "hint", id: `${id}-about` }, hint);
  const input = h("input", {
    id, name, type: type === "number" ? "text" : type, inputmode: KEYBOARD[type], autocomplete: FILLED_BY[type],
    maxlength: "200", required: "required", "aria-describedby": about.id, "data-testid": "form-field",
  });
  const trouble = h("span", { class: "trouble", role: "alert" });
  input.addEventListener("input", () => input.value.trim() && say(false));

  return {
    node: h("div", { class: "line" }, h("label", { for: id }, label), input, about, trouble),
    input,
    filled() {
      const empty = !input.value.trim();
      say(empty);
      return !empty;
    },
  };

  function say(empty: boolean): void {
    setAttribute(input, "aria-invalid", empty && "true");
    draw(trouble, empty && chat.locale, () => [icon(ALERT), h("span", {}, chat.text("form_empty"))]);
  }
}
