import type { Review, ReviewKind } from "../../../generated/console";
import { intentWord, locale, reasonWord, t } from "../../words";

export const customerOf = ({ contact, named }: Review): string => (named ? contact : t("visitor", { code: contact }));

/** What it was about, in the terms of the desk. */
export const caseOf = ({ reason, intent }: Review): string =>
  [intent && intentWord(intent), reasonWord(reason)].filter(Boolean).join(" · ");

export const matterOf = ({ reason, intent }: Review): string => (intent ? intentWord(intent) : reasonWord(reason));

/** The shop's words in the reader's language. */
export const inTongue = (words: ReviewKind["title"]): string => words[locale.value] ?? Object.values(words)[0] ?? "";

export const decimal = (value: number): string =>
  new Intl.NumberFormat(locale.value, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
