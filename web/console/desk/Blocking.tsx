import { fill, LOCALES } from "../../shared/locale";
import { call } from "../api";
import { Button } from "../parts";
import { explain } from "../problems";
import { loadThread } from "../sync";
import { tell } from "../toasts";
import { locale } from "../words";

/** The words of this button alone, in the order of `LOCALES`: zh-TW, zh-CN, en. */
const WORDS = {
  block: ["封鎖這位客人", "屏蔽这位客户", "Block this customer"],
  unblock: ["解除封鎖", "取消屏蔽", "Unblock"],
  is_blocked: ["已封鎖：對方在 Telegram 傳來的都不會保留或回覆", "已屏蔽：对方在 Telegram 发来的都不会保留或回复", "Blocked: nothing they send on Telegram is kept or answered"],
  blocked: ["已封鎖 {name}", "已屏蔽 {name}", "Blocked {name}"],
  unblocked: ["{name} 可以再傳訊息給我們了", "{name} 可以再给我们发消息了", "{name} can write to us again"],
} as const satisfies Record<string, readonly [string, string, string]>;

interface Props {
  contact: { readonly id: number; readonly blocked: boolean };
  name: string;
  conversation: number;
}

/** Whether the customer is served on Telegram, and the way to change that. */
export function Blocking({ contact, name, conversation }: Props) {
  return (
    <div class="tags">
      {contact.blocked && <span role="status">{w("is_blocked")}</span>}
      <Button testId="block" class="link" onClick={() => void set(!contact.blocked)}>
        {w(contact.blocked ? "unblock" : "block")}
      </Button>
    </div>
  );

  async function set(blocked: boolean): Promise<void> {
    try {
      await put(blocked);
      tell(w(blocked ? "blocked" : "unblocked", name), () => put(!blocked));
    } catch (error) {
      tell(explain(error));
    }
  }

  async function put(blocked: boolean): Promise<void> {
    await call<undefined>(blocked ? "PUT" : "DELETE", `contacts/${contact.id}/block`);
    await loadThread(conversation);
  }
}

function w(key: keyof typeof WORDS, name = ""): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, { name });
}
