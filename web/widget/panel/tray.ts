import { ALERT, CLOSE, FILE } from "../../shared/icons";
import type { Chat } from "../chat";
import { button, draw, h, icon, setAttribute, setText, type View } from "./kit";
import type { Upload, Uploads } from "./uploads";

const THUMB = 96;

/** What is attached to the next message: a card each, with how far it is. */
export function tray(chat: Chat, uploads: Uploads): View {
  const node = h("div", { class: "tray", "data-testid": "tray" });
  const cards = new Map<Upload, View>();

  return {
    node,
    update() {
      for (const [upload, card] of cards) {
        if (uploads.list.includes(upload)) continue;
        card.node.remove();
        cards.delete(upload);
      }
      for (const upload of uploads.list) {
        const card = cards.get(upload) ?? cardOf(chat, uploads, upload);
        if (!cards.has(upload)) node.append(card.node);
        cards.set(upload, card);
        card.update();
      }
    },
  };
}

function cardOf(chat: Chat, uploads: Uploads, upload: Upload): View {
  const { name } = upload.file;
  const bar = h("progress", { max: "1", "aria-label": name });
  const trouble = h("span", { class: "trouble", role: "alert" });
  const state = h("span", { class: "state" });
  const remove = button("upload-remove", () => uploads.remove(upload), icon(CLOSE));
  const again = button("upload-retry", () => uploads.retry(upload));
  const about = h("div", { class: "about" }, h("span", { class: "name" }, name), bar, state, trouble, again);
  const node = h("div", { class: "upload", "data-testid": "upload" }, thumb(upload.file), about, remove);

  return {
    node,
    update() {
      const failed = upload.state === "failed";
      node.dataset["state"] = upload.state;
      bar.value = upload.progress;
      bar.hidden = upload.state !== "running";
      setAttribute(remove, "aria-label", chat.text("remove", { name }));
      draw(state, upload.state === "done" && chat.locale, () => [sizeOf(chat, upload.file.size)]);
      draw(trouble, failed && upload.trouble, (words) => [icon(ALERT), h("span", {}, words)]);
      setText(again, chat.text("retry"));
      again.hidden = !(failed && upload.again);
    },
  };
}

/** Drawn on a canvas: the shop's page may allow no pictures but ours. */
function thumb(file: File): HTMLElement {
  const node = h("span", { class: "thumb" }, icon(FILE));
  if (file.type.startsWith("image/")) void paint(file, node);
  return node;
}

async function paint(file: File, node: HTMLElement): Promise<void> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return;
  const canvas = h("canvas", { width: `${THUMB}`, height: `${THUMB}` });
  const side = Math.min(picture.width, picture.height);
  const [x, y] = [(picture.width - side) / 2, (picture.height - side) / 2];
  canvas.getContext("2d")?.drawImage(picture, x, y, side, side, 0, 0, THUMB, THUMB);
  picture.close();
  node.replaceChildren(canvas);
}

export function sizeOf(chat: Chat, bytes: number): string {
  const [unit, divisor] = bytes < 2 ** 20 ? ["kilobyte", 2 ** 10] : ["megabyte", 2 ** 20];
  const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(chat.locale, style).format(Math.max(0.1, bytes / divisor));
}
