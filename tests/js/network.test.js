import assert from "node:assert/strict";
import { test } from "node:test";
import { watchNetwork } from "../../static/js/room/network.js";

const machine = new EventTarget();
const connection = Object.assign(new EventTarget(), { type: "wifi" });
Object.assign(globalThis, { window: machine });
Object.defineProperty(globalThis, "navigator", { configurable: true, value: { connection } });

test("being on a network again, or on one of another kind, is a change, and a new estimate of its speed is none", () => {
  let changes = 0;
  watchNetwork(() => (changes += 1));
  machine.dispatchEvent(new Event("online"));
  assert.equal(changes, 1);
  connection.dispatchEvent(new Event("change"));
  assert.equal(changes, 1);
  connection.type = "cellular";
  for (const _ of ["another kind", "told twice"]) connection.dispatchEvent(new Event("change"));
  assert.equal(changes, 2);
});
