import type { Row } from "../../generated/console";
import { t } from "../words";

const BARS: Record<Exclude<Row["priority"], "urgent">, number> = { high: 3, normal: 2, low: 1 };

/** Told by shape: a filled square with a mark for urgent, else one to three bars. */
export function Priority({ priority }: { priority: Row["priority"] }) {
  const label = t(`priority_${priority}`);
  return (
    <svg class={`priority ${priority}`} viewBox="0 0 16 16" role="img" aria-label={label}>
      <title>{label}</title>
      {priority === "urgent" ? (
        <>
          <rect x="1" y="1" width="14" height="14" rx="3.5" />
          <path d="M8 4.2v4.6M8 11.6v.1" />
        </>
      ) : (
        [0, 1, 2].map((index) => (
          <rect
            key={index}
            class={index < BARS[priority] ? "on" : "off"}
            x={2 + index * 4.5}
            y={9 - index * 3}
            width="3"
            height={5 + index * 3}
            rx="1"
          />
        ))
      )}
    </svg>
  );
}
