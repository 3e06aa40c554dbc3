import "./people.css";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AuditEntry, Trail } from "../../../generated/console";
import { EYE, FILE } from "../../../shared/icons";
import { Blank, Button, Failure, Icon, Skeleton } from "../../parts";
import { explain } from "../../problems";
import { can } from "../../store";
import { clockTime, dayName } from "../../time";
import { t } from "../../words";
import { load as loadMembers, members, people } from "./staff";
import { say, sayIfKnown } from "./texts";

const trail = signal<Trail | null>(null);
const failed = signal(false);
const who = signal("");
const what = signal("");

/** The newest, or with `more` what was before those shown. An answer to another question is dropped. */
async function load(more = false): Promise<void> {
  const asked = query();
  const shown = more ? trail.peek() : null;
  if (shown?.before) asked.set("before", String(shown.before));
  failed.value = false;
  try {
    const found = await people.trail(asked);
    asked.delete("before");
    if (asked.toString() !== query().toString()) return;
    trail.value = { ...found, items: [...(shown?.items ?? []), ...found.items] };
  } catch (error) {
    explain(error);
    failed.value = true;
  }
}

function query(): URLSearchParams {
  const asked = new URLSearchParams();
  if (who.peek()) asked.set("agent", who.peek());
  if (what.peek()) asked.set("deed", what.peek());
  return asked;
}

/** Who did what to whom, the newest first. */
export function TrailPage() {
  useEffect(() => {
    void load();
    if (can("people")) void loadMembers();
  }, []);
  return (
    <main class="page trail-page" data-testid="trail-page">
      <div class="page-column">
        <h2>{t("page_trail")}</h2>
        <p class="lead">{say(can("people") ? "trail_lead" : "trail_lead_desk")}</p>
        <Filters />
        {failed.value && <Failure title={say("trail_failed")} retry={() => void load()} />}
        {!failed.value && !trail.value && <Skeleton rows={6} />}
        {!failed.value && trail.value && <Entries trail={trail.value} />}
      </div>
    </main>
  );
}

function Filters() {
  const narrow = (): void => {
    trail.value = null;
    void load();
  };
  return (
    <div class="trail-filters">
      {can("people") && (
        <label>
          {say("trail_who")}
          <select
            data-testid="trail-who"
            value={who.value}
            onChange={(event) => {
              who.value = event.currentTarget.value;
              narrow();
            }}
          >
            <option value="">{say("trail_all")}</option>
            {members.value?.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {say("trail_what")}
        <select
          data-testid="trail-what"
          value={what.value}
          onChange={(event) => {
            what.value = event.currentTarget.value;
            narrow();
          }}
        >
          <option value="">{say("trail_all")}</option>
          {trail.value?.deeds.map((deed) => (
            <option key={deed} value={deed}>
              {say(`deed_${deed}`)}
            </option>
          ))}
        </select>
      </label>
      {can("people") && (
        <a class="button quiet" data-testid="trail-csv" href={`api/trail.csv?${query()}`} download>
          <Icon path={FILE} /> {say("trail_csv")}
        </a>
      )}
    </div>
  );
}

function Entries({ trail: { items, before } }: { trail: Trail }) {
  if (!items.length) return <Blank icon={EYE} title={say("trail_none")} hint={say("trail_none_hint")} />;
  return (
    <>
      {days(items).map(([day, entries]) => (
        <section key={day}>
          <h3>{day}</h3>
          <ol class="trail">
            {entries.map((entry) => (
              <li key={entry.id} data-testid="deed" data-deed={entry.deed}>
                <time dateTime={entry.at}>{clockTime(entry.at)}</time>
                <span dir="auto">{sentence(entry)}</span>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {before !== null && (
        <Button testId="trail-more" class="quiet" onClick={() => void load(true)}>
          {say("trail_more")}
        </Button>
      )}
    </>
  );
}

function days(items: readonly AuditEntry[]): [string, AuditEntry[]][] {
  const found = new Map<string, AuditEntry[]>();
  for (const entry of items) found.set(dayName(entry.at), [...(found.get(dayName(entry.at)) ?? []), entry]);
  return [...found];
}

function sentence({ deed, actor, about_name, detail }: AuditEntry): string {
  return say(`told_${deed}`, {
    who: actor ?? say("nobody"),
    whom: about_name ?? "",
    way: named("way", detail["way"]),
    role: named("role", detail["role"]),
    shortcut: detail["shortcut"] ?? "",
    team: detail["team"] ?? "",
    n: detail["conversations"] ?? detail["tries"] ?? 0,
    changes: changes(detail),
  });
}

function changes(detail: AuditEntry["detail"]): string {
  const told: string[] = [];
  if (detail["was"]) told.push(say("change_role", { was: named("role", detail["was"]), role: named("role", detail["role"]) }));
  if (detail["field"]) told.push(say("change_name"));
  return told.join(say("joined_by"));
}

/** The word for a role or a way in; an unknown one as it is. */
function named(kind: "role" | "way", value: string | number | undefined): string {
  return sayIfKnown(`${kind}_${value}`) ?? String(value ?? "");
}
