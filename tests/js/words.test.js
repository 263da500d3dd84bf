import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { finality } from "../../static/js/room/socket.js";
import { endedBecause, stopped } from "../../static/js/room/words.js";

test("every reason to be stopped has words, unknown ones too", () => {
  assert.match(stopped("banned").title, /banned/);
  assert.ok(stopped("something new").title);
});

test("each way in which the server closes for good has words of its own", () => {
  const protocol = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");
  const rows = [...protocol.matchAll(/^\| (`.*?`) \| \d+ \| (4\d\d\d) \|/gm)];
  assert.ok(rows.length >= 10);
  for (const [, names, close] of rows) {
    if (close === "4413") continue; // too slow: opened again
    assert.ok(finality(Number(close)), names);
    for (const [, name] of names.matchAll(/`(\w+)`/g)) assert.notEqual(stopped(name).title, stopped("lost").title, name);
  }
});

test("whoever ended the room is told that it was them, and the others that it was the host", () => {
  const you = (/** @type {string} */ rank) => /** @type {any} */ ({ rank });
  assert.match(endedBecause("host", you("host")), /^You ended it/);
  assert.match(endedBecause("host", you("moderator")), /^The host ended it/);
  assert.match(endedBecause("moderator", you("host")), /^A moderator of this server/);
  assert.match(endedBecause("something new"), /^Thank you/);
});
