import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Slots } from "./slots.js";

test("never more at once than it has slots, in order, and idle when all are done", async () => {
  const slots = new Slots(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const all = [1, 2, 3, 4, 5].map((one) =>
    slots.run(async () => {
      order.push(one);
      most = Math.max(most, ++running);
      await sleep(5);
      running -= 1;
      if (one === 2) throw new Error("two");
    }),
  );
  const settled = Promise.allSettled(all);
  await slots.idle();
  expect((await settled).map(({ status }) => status).filter((status) => status === "rejected")).toHaveLength(
    1,
  );
  expect([most, order]).toEqual([2, [1, 2, 3, 4, 5]]);
});
