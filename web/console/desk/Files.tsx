import { FILE } from "../../shared/icons";
import type { File } from "../../generated/console";
import { sizeWord } from "../files";
import { Icon } from "../parts";
import { t } from "../words";

/** What was sent with a message: pictures as such, everything else by name and size. */
export function Files({ files }: { files: readonly File[] }) {
  return (
    <ul class="files">
      {files.map((file) => (
        <li key={file.key} data-testid="file" data-kind={file.kind}>
          <Stored file={file} />
        </li>
      ))}
    </ul>
  );
}

function Stored({ file }: { file: File }) {
  if (file.kind === "image") return <Picture file={file} />;
  if (file.kind === "video") return <video class="film" src={file.url} controls preload="metadata" aria-label={file.name} />;
  if (file.kind === "voice") return <audio src={file.url} controls preload="metadata" aria-label={file.name} />;
  return (
    <a class="file" href={file.url} target="_blank" rel="noopener" download={file.name}>
      <Icon path={FILE} />
      <span class="file-name" dir="auto">
        {file.name}
      </span>
      <span class="quiet">{sizeWord(file.size)}</span>
    </a>
  );
}

/** Its size is known before it is there, so that nothing jumps. */
function Picture({ file }: { file: File }) {
  const { url, name, width, height, size } = file;
  return (
    <a class="picture" href={url} target="_blank" rel="noopener" title={`${name} · ${sizeWord(size)}`}>
      <img src={url} alt={t("picture", { name })} width={width ?? 240} height={height ?? 180} loading="lazy" />
    </a>
  );
}
