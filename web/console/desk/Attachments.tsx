import { ALERT, CLOSE, FILE } from "../../shared/icons";
import { draftOf } from "../drafts";
import { sizeWord } from "../files";
import { Button, Icon } from "../parts";
import { detach, dropUpload, retryUpload, type Upload, uploads } from "../uploads";
import { t } from "../words";

/** The files of a draft: those that are up, and those on their way. */
export function Attachments({ conversation, isPrivate }: { conversation: number; isPrivate: boolean }) {
  const { files } = draftOf(conversation, isPrivate);
  const pending = uploads.value.filter((entry) => entry.conversation === conversation && entry.private === isPrivate);
  if (!files.length && !pending.length) return null;
  return (
    <ul class="attachments" aria-label={t("attachments")}>
      {files.map(({ key, name }) => (
        <li key={key} class="attachment" data-testid="attachment" data-state="ready">
          <Icon path={FILE} />
          <span class="file-name" dir="auto">
            {name}
          </span>
          <Button testId="detach" label={t("take_off", { name })} onClick={() => detach(conversation, isPrivate, key)}>
            <Icon path={CLOSE} />
          </Button>
        </li>
      ))}
      {pending.map((entry) => (
        <Pending key={entry.id} entry={entry} />
      ))}
    </ul>
  );
}

function Pending({ entry }: { entry: Upload }) {
  const { file, progress, trouble } = entry;
  return (
    <li class="attachment" data-testid="attachment" data-state={trouble ? "failed" : "sending"}>
      <Icon path={trouble ? ALERT : FILE} />
      <span class="file-name" dir="auto">
        {file.name}
      </span>
      {trouble ? (
        <span class="attachment-trouble" role="alert">
          {trouble}
        </span>
      ) : (
        <progress max={1} value={progress} aria-label={t("uploading", { name: file.name })} />
      )}
      <span class="quiet">{sizeWord(file.size)}</span>
      {trouble && (
        <Button testId="retry-upload" class="link" onClick={() => retryUpload(entry)}>
          {t("try_again")}
        </Button>
      )}
      <Button testId="drop-upload" label={t("take_off", { name: file.name })} onClick={() => dropUpload(entry)}>
        <Icon path={CLOSE} />
      </Button>
    </li>
  );
}
