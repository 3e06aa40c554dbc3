import type { FigureGroup, FigureReport, Reviewed } from "../../../generated/console";
import { can } from "../../store";
import { teamWord } from "../../teams";
import { languageWord, reasonWord, t } from "../../words";
import { decimal, duration, goodOf, part, shareOf, whole } from "./format";
import { type By, by } from "./state";
import { type FigureKey, w } from "./words";

/** What the assistant's work and contacts are known by as well. */
const WITH_BOT: ReadonlySet<By> = new Set<By>(["channel", "language", "product"]);
const NONE: Partial<Record<By, FigureKey>> = { agent: "nobody", team: "no_team", product: "no_product" };

/** Who or what is compared, one beside the other. */
export function Groups({ report }: { report: FigureReport }) {
  if (!report.groups.length) return <p class="quiet">{w("none")}</p>;
  const withBot = WITH_BOT.has(by.value);
  const withReviews = by.value !== "agent" || can("review");
  return (
    <div class="figure-table wide" tabIndex={0} role="group" aria-label={w("compare")}>
      <table data-testid="figure-groups">
        <thead>
          <tr>
            <th scope="col">{w("name")}</th>
            <th scope="col">{w("handoffs")}</th>
            <th scope="col">{w("first")}</th>
            <th scope="col">{w("soon")}</th>
            <th scope="col">{w("in_a_day")}</th>
            <th scope="col">{w("promises")}</th>
            <th scope="col">{w("next")}</th>
            <th scope="col">{w("resolution")}</th>
            <th scope="col">{w("abandoned")}</th>
            <th scope="col">{w("scores")}</th>
            {withReviews && <th scope="col">{w("reviews")}</th>}
            {withBot && <th scope="col">{w("contacts_head")}</th>}
            {withBot && <th scope="col">{w("outcomes")}</th>}
            {withBot && <th scope="col">{w("confirmed")}</th>}
          </tr>
        </thead>
        <tbody>
          {report.groups.map((group) => (
            <Row key={group.key} group={group} withBot={withBot} withReviews={withReviews} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ group, withBot, withReviews }: { group: FigureGroup; withBot: boolean; withReviews: boolean }) {
  const { people, bot } = group.figures;
  const wait = (found: { p50: number; p95: number } | null): string =>
    found ? `${duration(found.p50)} · 95%: ${duration(found.p95)}` : "–";
  const share = (value: number | null, n: number): string => (value === null ? "–" : `${part(value)} (${whole(n)})`);
  return (
    <tr>
      <th scope="row" dir="auto">
        {nameOf(group, by.value)}
      </th>
      <td>{whole(people.handoffs)}</td>
      <td>{wait(people.first)}</td>
      <td>{share(shareOf(people.soon), people.soon.of)}</td>
      <td>{share(shareOf(people.in_a_day), people.in_a_day.of)}</td>
      <td>{share(shareOf(people.promises), people.promises.of)}</td>
      <td>{wait(people.next)}</td>
      <td>{wait(people.resolution)}</td>
      <td>{whole(people.abandoned)}</td>
      <td>{share(goodOf(people.scores), people.scores.given)}</td>
      {withReviews && <td>{meanOf(people.reviews)}</td>}
      {withBot && <td>{whole(group.figures.contacts)}</td>}
      {withBot && <td>{whole(bot.answered)}</td>}
      {withBot && <td>{whole(bot.confirmed)}</td>}
    </tr>
  );
}

/** Of a handful of reviews a mean would say more than is known. */
function meanOf(found: Reviewed | null): string {
  if (!found?.n) return "–";
  const { n, total } = found;
  return total === null ? w("too_few", { n }) : `${decimal(total / n)} (${whole(n)})`;
}

function nameOf({ key, name }: FigureGroup, compared: By): string {
  if (!key) return w(NONE[compared] ?? "unknown");
  if (compared === "team") return teamWord(name);
  if (compared === "language") return languageWord(key);
  if (compared === "reason") return reasonWord(key);
  if (key === "widget" || key === "telegram") return t(`channel_${key}`);
  return name;
}
