import { BOLT, CHAT, PERSON } from "../../shared/icons";
import { filled, offers } from "../canned";
import { commands as known, nameOf } from "../commands";
import { rank } from "../fuzzy";
import { openConversation } from "../route";
import { colleagues, isMine, lists, openThread } from "../store";
import { insertInto } from "../suggestions";
import { mayPass, transfer } from "../verbs";
import { customerWord, t } from "../words";
import { type Option, Picker } from "./Picker";

/** What is searched, the first of it shown. */
interface Entry extends Option {
  also?: string;
}

const MOST = 60;

/** Everything by name: verbs, views, conversations, prepared answers, colleagues. */
export function Palette() {
  const entries = [...commands(), ...prepared(), ...conversations(), ...handovers()];
  const find = (typed: string): readonly Option[] =>
    rank(typed, entries, ({ label, hint = "", also = "" }) => [label, hint, also]).slice(0, MOST);
  return <Picker title={t("palette")} placeholder={t("palette_placeholder")} options={find} />;
}

function commands(): Entry[] {
  return known().filter(({ may, quiet }) => !quiet && may()).map((command) => ({
    id: command.id,
    label: nameOf(command),
    keys: command.keys,
    also: command.id.replaceAll("_", " "),
    run: command.run,
  }));
}

function conversations(): Entry[] {
  const rows = new Map(Object.values(lists.value).flatMap(({ items }) => items.map((row) => [row.id, row])));
  return [...rows.values()].map((row) => ({
    id: `conversation-${row.id}`,
    label: customerWord(row),
    hint: row.preview,
    also: row.reference,
    icon: CHAT,
    run: () => openConversation(row.id),
  }));
}

function prepared(): Entry[] {
  const thread = openThread.value;
  if (!thread || !isMine(thread.row)) return [];
  return offers("", thread).map(({ canned, text }) => ({
    id: `canned-${canned.id}`,
    label: canned.title,
    hint: text,
    also: canned.shortcut,
    icon: BOLT,
    keys: `/${canned.shortcut}`,
    run: () => insertInto(thread, filled(text, thread)),
  }));
}

function handovers(): Entry[] {
  const row = openThread.value?.row;
  if (!row || !mayPass(row)) return [];
  return colleagues.value
    .filter(({ id }) => id !== row.assignee?.id)
    .map(({ id, name, availability }) => ({
      id: `agent-${id}`,
      label: t("transfer_to", { name }),
      hint: t(`availability_${availability}`),
      icon: PERSON,
      run: () => void transfer({ agent: id, team: null, name }, ""),
    }));
}
