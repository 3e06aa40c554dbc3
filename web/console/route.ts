import { batch } from "@preact/signals";
import { PLACES } from "./places";
import { helpShown, notice, openId, type Page, packetShown, page, picker } from "./store";

const PAGES: readonly Page[] = [...PLACES.map(({ name }) => name), "account"];

/** Conversation and page stand in the address, so that the back button of a phone closes them. */
export function followAddress(): void {
  addEventListener("hashchange", read);
  read();
}

export function addressOf(id: number): string {
  return `#c=${id}`;
}

export function addressOfPage(name: Page): string {
  return name === "desk" ? "#" : `#p=${name}`;
}

export function openConversation(id: number): void {
  location.hash = addressOf(id);
}

export function openPage(name: Page): void {
  if (name === "desk") closeConversation();
  else location.hash = addressOfPage(name);
}

export function closeConversation(): void {
  history.pushState(null, "", location.pathname);
  read();
}

/** The code of a one-time link (`login`, `invite`), taken out of the address at once. */
export function takeCode(name: "login" | "invite"): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get(name);
  if (code !== null) history.replaceState(null, "", location.pathname);
  return code;
}

function read(): void {
  const address = new URLSearchParams(location.hash.slice(1));
  const id = Number(address.get("c"));
  batch(() => {
    openId.value = id || null;
    page.value = PAGES.find((name) => name === address.get("p")) ?? "desk";
    packetShown.value = false;
    helpShown.value = false;
    picker.value = null;
    notice.value = "";
  });
}
