import { useSignal } from "@preact/signals";
import { BOOK } from "../../shared/icons";
import { toPlain } from "../../shared/markdown";
import type { NearMiss } from "../../generated/console";
import { api } from "../api";
import { explain } from "../problems";
import { isMine, openThread } from "../store";
import { insertInto } from "../suggestions";
import { locale, t } from "../words";
import { type Option, Picker } from "./Picker";

const PAUSE_MS = 200;
let waiting = 0;

/** Looks for words in the shop's articles; chosen, an article goes into the reply. */
export function Articles() {
  const thread = openThread.value;
  const found = useSignal<readonly NearMiss[]>(thread?.packet?.near_misses ?? []);
  const trouble = useSignal("");
  const busy = useSignal(false);

  const look = async (words: string): Promise<void> => {
    busy.value = true;
    try {
      const language = thread?.row.language ?? thread?.contact.locale ?? locale.peek();
      found.value = (await api.articles(words, language)).items;
      trouble.value = "";
    } catch (error) {
      trouble.value = explain(error);
    } finally {
      busy.value = false;
    }
  };
  const typed = (words: string): void => {
    clearTimeout(waiting);
    if (words.trim()) waiting = setTimeout(() => void look(words.trim()), PAUSE_MS);
  };
  const options: Option[] = found.value.map(({ id, title, body }) => ({
    id,
    label: title,
    hint: toPlain(body),
    icon: BOOK,
    run: () => thread && isMine(thread.row) && insertInto(thread, toPlain(body)),
  }));

  return (
    <Picker
      title={t("key_articles")}
      placeholder={t("articles_placeholder")}
      options={() => options}
      typed={typed}
      busy={busy.value}
      empty={trouble.value || t("articles_none")}
    >
      {thread && !isMine(thread.row) && <p class="picker-empty">{t("articles_not_mine")}</p>}
    </Picker>
  );
}
