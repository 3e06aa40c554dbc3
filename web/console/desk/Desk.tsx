import { openId, packetShown } from "../store";
import { ConversationPane } from "./ConversationPane";
import { ListPane } from "./ListPane";
import { PacketPane } from "./PacketPane";

/** List, conversation, customer: three panes, two on a tablet, one on a phone. */
export function Desk() {
  const front = openId.value === null ? "list" : packetShown.value ? "packet" : "conversation";
  return (
    <main class="desk" data-front={front}>
      <ListPane />
      <ConversationPane />
      <PacketPane />
    </main>
  );
}
