import { CAMERA, CLIP, PHONE } from "../../shared/icons";
import type { Chat } from "../chat";
import { button, h, icon, setAttribute, setText, type View } from "./kit";
import type { Uploads } from "./uploads";

export interface Places {
  readonly panel: HTMLElement;
  readonly box: HTMLTextAreaElement;
  phone(): void;
}

/** The ways to attach something: a button, the camera or the phone's one, the clipboard, and dropping. */
export function tools(chat: Chat, uploads: Uploads, { panel, box, phone }: Places): View {
  const touch = matchMedia("(pointer: coarse)").matches;
  const files = chooser("attach-input", { multiple: "multiple" });
  const shot = chooser("camera-input", { accept: "image/*", capture: "environment" });
  const attach = button("attach", () => files.click(), icon(CLIP));
  const photo = touch ? button("camera", () => shot.click(), icon(CAMERA)) : button("phone", phone, icon(PHONE));
  const drop = h("div", { class: "drop", "data-testid": "drop", hidden: "hidden" });
  setAttribute(photo, "aria-haspopup", !touch && "dialog");
  panel.append(drop);
  box.addEventListener("paste", pasted);
  panel.addEventListener("dragover", dragged);
  panel.addEventListener("dragleave", left);
  panel.addEventListener("drop", dropped);

  return {
    node: h("div", { class: "tools" }, attach, photo, files, shot),
    update() {
      setText(drop, chat.text("drop"));
      for (const [node, key] of [[attach, "attach"], [photo, touch ? "camera" : "phone"]] as const) {
        setAttribute(node, "aria-label", chat.text(key));
        node.title = chat.text(key);
        node.disabled = !chat.up;
      }
    },
  };

  function chooser(name: string, attributes: Record<string, string>): HTMLInputElement {
    const input = h("input", { type: "file", hidden: "hidden", "data-testid": name, ...attributes });
    input.addEventListener("change", () => {
      take(input.files);
      input.value = "";
    });
    return input;
  }

  /** A table copied from an office program brings a picture of itself along; then the words are meant. */
  function pasted(event: ClipboardEvent): void {
    const { clipboardData: data } = event;
    if (!data?.files.length || (data.getData("text/html") && data.getData("text/plain"))) return;
    event.preventDefault();
    take(data.files);
  }

  function dragged(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.hidden = false;
  }

  function left(event: DragEvent): void {
    if (!panel.contains(event.relatedTarget as Node | null)) drop.hidden = true;
  }

  function dropped(event: DragEvent): void {
    if (drop.hidden) return;
    event.preventDefault();
    drop.hidden = true;
    take(event.dataTransfer?.files ?? null);
  }

  function take(chosen: FileList | null): void {
    if (chosen?.length) uploads.add(chosen);
    box.focus({ preventScroll: true });
  }
}
