import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../static/", import.meta.url);
const PRELOADED = new URL("../../templates/rooms/_modules.html", import.meta.url);

/**
 * Every module that the one at `path` needs, itself included.
 * @param {string} path below static/
 * @param {Set<string>} [seen]
 */
function needed(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = readFileSync(new URL(path, STATIC), "utf8");
  for (const [, relative] of source.matchAll(/^import .*?"(\.[^"]+)";/gms)) {
    needed(new URL(relative, new URL(path, STATIC)).pathname.slice(STATIC.pathname.length), seen);
  }
  return seen;
}

test("the room's page asks at once for every module it needs, and for no other", () => {
  const preloaded = [...readFileSync(PRELOADED, "utf8").matchAll(/static '([^']+)'/g)].map(([, path]) => path);
  assert.deepEqual(preloaded.toSorted(), [...needed("js/room/room.js")].toSorted());
});
