// The phone's page behind the QR code: one photo at a time into the conversation on the other screen.
import type { UploadTrouble } from "../generated/widget";
import { localeOf } from "../shared/locale";
import { TEXTS, type Words } from "./texts";

type Step = "choose" | "ready" | "sending" | "done" | "failed" | "over";

const LARGEST_PREVIEW = 1200;
const token = location.hash.slice(1);
const locale = navigator.languages.map(localeOf).find(Boolean) ?? "en";
const texts = TEXTS[locale];

const part = <T extends HTMLElement>(id: string): T => document.querySelector<T>(`#${id}`)!;
const words = part("words");
const preview = part<HTMLCanvasElement>("preview");
const name = part("name");
const progress = part<HTMLProgressElement>("progress");
const [camera, album, send, again] = [part("camera"), part("album"), part("send"), part("again")];
let photo: File | null = null;

document.documentElement.lang = locale;
document.title = texts.title;
for (const node of document.querySelectorAll<HTMLElement>("[data-text]")) {
  node.textContent = texts[node.dataset["text"] as keyof Words];
}
for (const chooser of document.querySelectorAll("input")) chooser.addEventListener("change", () => void chosen(chooser));
send.addEventListener("click", upload);
again.addEventListener("click", () => show("choose", texts.lead));
if (token) show("choose", texts.lead);
else show("over", texts.no_link);

/** What each step offers; the words are said by a screen reader as they change. */
function show(step: Step, text: string): void {
  document.querySelector("main")!.dataset["step"] = step;
  words.textContent = text;
  camera.hidden = album.hidden = step !== "choose";
  send.hidden = step !== "ready" && step !== "failed";
  again.hidden = step === "choose" || step === "sending" || step === "over";
  again.textContent = step === "done" ? texts.more : texts.again;
  progress.hidden = step !== "sending";
  if (step === "choose" || step === "done" || step === "over") preview.hidden = name.hidden = true;
}

async function chosen(chooser: HTMLInputElement): Promise<void> {
  const file = chooser.files?.[0];
  chooser.value = "";
  if (!file) return;
  photo = file;
  show("ready", texts.ready);
  send.focus();
  const drawn = await draw(file);
  preview.hidden = !drawn;
  name.hidden = drawn;
  name.textContent = file.name;
}

/** On a canvas: the page's rules allow no `blob:` pictures. Some phones' formats cannot be drawn; they are sent all the same. */
async function draw(file: File): Promise<boolean> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return false;
  const scale = Math.min(1, LARGEST_PREVIEW / Math.max(picture.width, picture.height));
  [preview.width, preview.height] = [picture.width * scale, picture.height * scale];
  preview.getContext("2d")?.drawImage(picture, 0, 0, preview.width, preview.height);
  preview.setAttribute("aria-label", file.name);
  picture.close();
  return true;
}

function upload(): void {
  if (!photo) return;
  const request = new XMLHttpRequest();
  request.open("POST", "/widget/photo");
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.setRequestHeader("X-File-Name", encodeURIComponent(photo.name));
  request.setRequestHeader("Accept-Language", locale);
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => (progress.value = total ? loaded / total : 0);
  request.onload = () => answered(request);
  request.onerror = () => show("failed", texts.failed);
  progress.value = 0;
  show("sending", texts.sending);
  request.send(photo);
}

function answered({ status, response }: XMLHttpRequest): void {
  if (status === 201) return show("done", texts.done);
  const { code, text } = (response ?? {}) as Partial<UploadTrouble>;
  show(code === "unauthorized" ? "over" : "failed", text ?? texts.failed);
}
