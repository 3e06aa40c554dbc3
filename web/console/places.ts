import { BOLT, CHART, CODE, EYE, PERSON, SHIELD, TEAM } from "../shared/icons";
import type { Page, Permission } from "./store";

/** Where a page's link stands, what opens it, and who may: the one table of top bar, settings, keys and address. */
export interface Place {
  readonly name: Exclude<Page, "desk" | "account">;
  readonly icon: string;
  readonly keys: string;
  readonly needs: Permission;
}

export const PLACES: readonly Place[] = [
  { name: "canned", icon: BOLT, keys: "g c", needs: "canned" },
  { name: "figures", icon: CHART, keys: "g f", needs: "figures" },
  { name: "quality", icon: SHIELD, keys: "g v", needs: "work" },
  { name: "teams", icon: TEAM, keys: "g t", needs: "assign" },
  { name: "people", icon: PERSON, keys: "g p", needs: "people" },
  { name: "trail", icon: EYE, keys: "g l", needs: "trail" },
  { name: "install", icon: CODE, keys: "g i", needs: "install" },
];

/** What a page needs; the others are for everybody. */
export const needOf = (page: Page): Permission | undefined => PLACES.find(({ name }) => name === page)?.needs;
