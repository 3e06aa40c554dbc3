import { picker } from "../store";
import { Articles } from "./Articles";
import { Palette } from "./Palette";
import { Priorities } from "./Priorities";
import { Snooze } from "./Snooze";
import { Tags } from "./Tags";
import { Transfer } from "./Transfer";

const PICKERS = {
  palette: Palette,
  snooze: Snooze,
  transfer: Transfer,
  priority: Priorities,
  tags: Tags,
  articles: Articles,
} as const;

/** The picker that was asked for. */
export function Pickers() {
  const Chosen = picker.value && PICKERS[picker.value as keyof typeof PICKERS];
  return Chosen ? <Chosen key={picker.value} /> : null;
}
