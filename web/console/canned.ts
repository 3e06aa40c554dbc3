import type { CannedDraft, CannedResponse } from "../generated/console";
import { fill, LOCALES, type Locale } from "../shared/locale";
import { api } from "./api";
import { rank } from "./fuzzy";
import { explain } from "./problems";
import { canned, me, type Thread } from "./store";
import { tell } from "./toasts";
import { locale, t } from "./words";

/** A prepared answer in the language that suits the customer. */
export interface Offer {
  canned: CannedResponse;
  language: Locale;
  text: string;
}

/** Loads the prepared answers; a failure leaves those known. */
export async function loadCanned(): Promise<void> {
  try {
    canned.value = (await api.canned()).items;
  } catch (error) {
    explain(error);
    canned.value ??= [];
  }
}

/** Those that fit what was typed behind the slash; those in the customer's language first. */
export function offers(wanted: string, thread: Thread): Offer[] {
  const wish = thread.row.language ?? thread.contact.locale;
  const found = rank(wanted, canned.value ?? [], ({ shortcut, title, texts }) => [shortcut, title, ...Object.values(texts)]);
  const all = found.map((response) => offer(response, wish));
  return [...all.filter(({ language }) => language === wish), ...all.filter(({ language }) => language !== wish)];
}

/**
 * `{name}`, `{agent}` and `{order}` become the customer's name, the agent's, and the order's number if there is one.
 * Whose name nobody knows is greeted without one: our code for them is no word for a customer.
 */
export function filled(text: string, { contact, packet }: Thread): string {
  const orders = packet?.orders ?? [];
  return fill(contact.named ? text : nameless(text), {
    name: contact.name,
    agent: me.peek()?.name ?? "{agent}",
    order: orders.length === 1 ? orders[0]!.number : (packet?.entities["order_id"] ?? "{order}"),
  });
}

function nameless(text: string): string {
  return text.replace(/^\{name\}\s*[,，、!！:：]?\s*/gmu, "").replace(/\s*\{name\}/gu, "");
}

/** Stores a prepared answer: a new one where `id` is null. */
export async function saveCanned(id: number | null, draft: CannedDraft): Promise<CannedResponse> {
  const saved = id === null ? await api.addCanned(draft) : await api.changeCanned(id, draft);
  const others = (canned.peek() ?? []).filter((known) => known.id !== saved.id);
  canned.value = [...others, saved].sort((one, other) => one.shortcut.localeCompare(other.shortcut));
  return saved;
}

/** Deletes one, and offers to put it back. */
export async function deleteCanned(response: CannedResponse): Promise<void> {
  const { id, shortcut, title, texts } = response;
  await api.removeCanned(id);
  canned.value = (canned.peek() ?? []).filter((known) => known.id !== id);
  tell(t("canned_deleted", { name: title }), async () => {
    await saveCanned(null, { shortcut, title, texts });
  });
}

function offer(response: CannedResponse, wish: Locale | null): Offer {
  const written = LOCALES.filter((language) => response.texts[language]);
  const language = [wish, locale.peek(), ...written].find((choice) => choice && written.includes(choice)) ?? "en";
  return { canned: response, language, text: response.texts[language] ?? "" };
}
