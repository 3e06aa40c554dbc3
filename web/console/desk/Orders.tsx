import type { Order } from "../../generated/console";
import { Section } from "../parts";
import { shortDate } from "../time";
import { orderWord, t } from "../words";

export function Orders({ orders }: { orders: readonly Order[] }) {
  if (!orders.length) return null;
  return (
    <Section title={t("orders")}>
      {orders.map((order) => (
        <OneOrder key={order.number} order={order} />
      ))}
    </Section>
  );
}

/** Whether it was shown to be the customer's decides what may be said of it. */
function OneOrder({ order }: { order: Order }) {
  const { number, state, placed_at, total, lines, carrier, tracking_number, expected_at, proved } = order;
  return (
    <div class="order" data-testid="order" data-proved={proved}>
      <p class="order-head">
        <b>{number}</b> <span class="tag">{orderWord(state)}</span>
      </p>
      <p class={proved ? "badge sure" : "badge warn"}>{t(proved ? "order_proved" : "order_not_proved")}</p>
      <ul>
        {lines.map((line) => (
          <li key={line.name}>
            {line.name} × {line.quantity}
          </li>
        ))}
      </ul>
      {(carrier || tracking_number) && (
        <p>
          {carrier} <span class="number">{tracking_number}</span>
        </p>
      )}
      <p class="quiet">
        {t("ordered_at", { date: shortDate(placed_at) })} · {total}
        {expected_at && ` · ${t("expected_at", { date: shortDate(expected_at) })}`}
      </p>
    </div>
  );
}
