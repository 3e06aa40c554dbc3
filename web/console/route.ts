import { batch } from "@preact/signals";
import { helpShown, notice, openId, packetShown } from "./store";

/** The open conversation stands in the address, so that the back button of a phone closes it. */
export function followAddress(): void {
  addEventListener("hashchange", read);
  read();
}

export function addressOf(id: number): string {
  return `#c=${id}`;
}

export function openConversation(id: number): void {
  location.hash = addressOf(id);
}

export function closeConversation(): void {
  history.pushState(null, "", location.pathname);
  read();
}

/** The code of a one-time sign-in link, taken out of the address at once. */
export function takeLoginCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("login");
  if (code !== null) history.replaceState(null, "", location.pathname);
  return code;
}

function read(): void {
  const id = Number(new URLSearchParams(location.hash.slice(1)).get("c"));
  batch(() => {
    openId.value = id || null;
    packetShown.value = false;
    helpShown.value = false;
    notice.value = "";
  });
}
