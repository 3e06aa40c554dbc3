import type { Row } from "../../generated/console";
import { rank } from "../fuzzy";
import { openThread } from "../store";
import { setPriority } from "../verbs";
import { t } from "../words";
import { type Option, Picker } from "./Picker";

const PRIORITIES = ["urgent", "high", "normal", "low"] as const;

export function Priorities({ set = setPriority }: { set?: (priority: Row["priority"]) => Promise<void> }) {
  const now = set === setPriority && openThread.value?.row.priority;
  const choices: Option[] = PRIORITIES.map((name) => ({
    id: name,
    label: t(`priority_${name}`),
    chosen: name === now,
    run: () => void set(name),
  }));
  const find = (typed: string): readonly Option[] => rank(typed, choices, ({ id, label }) => [label, id]);
  return <Picker title={t("change_priority")} placeholder={t("change_priority")} options={find} />;
}
