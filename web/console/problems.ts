import type { Problem } from "../generated/console";
import { ApiError } from "./api";
import { me, signInTrouble } from "./store";
import { t } from "./words";

/** One sentence for the agent about what went wrong. A lost session leads back to the sign-in page. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 401) endSession();
  return sentence(error.problem);
}

function sentence(problem: Problem | null): string {
  if (!problem) return t("unreachable");
  const { code, by } = problem;
  switch (code) {
    case "already_assigned":
    case "not_yours":
      return by ? t(code, { name: by }) : t(`${code}_unknown`);
    case "unauthorized":
      return t("session_ended");
    case "locked_out":
      return t("locked_out", { time: lasting(problem.retry_after ?? 60) });
    case "taken":
    case "last_admin":
      return t("unknown_problem");
    case "unavailable":
      return t("unreachable");
    case "bad_request":
      return t("unknown_problem");
    default:
      return t(code);
  }
}

/** Seconds in words, rounded up: who comes back then must not come too early. */
function lasting(seconds: number): string {
  return seconds < 60 ? t("seconds", { n: seconds }) : t("minutes", { n: Math.ceil(seconds / 60) });
}

/** Whether the same request may succeed later without anybody doing anything. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

function endSession(): void {
  if (!me.peek()) return;
  me.value = null;
  signInTrouble.value = t("session_ended");
}
