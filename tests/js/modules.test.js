import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../static/", import.meta.url);
const TEMPLATES = new URL("../../templates/", import.meta.url);

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

const pages = [
  { page: "the room's page", list: "rooms/_modules.html", script: "js/room/room.js" },
  { page: "the sound check", list: "accounts/join/_sound_modules.html", script: "accounts/sound.js" },
];

for (const { page, list, script } of pages) {
  test(`${page} asks at once for every module it needs, and for no other`, () => {
    const links = readFileSync(new URL(list, TEMPLATES), "utf8").matchAll(/static '([^']+)'/g);
    assert.deepEqual([...links].map(([, path]) => path).toSorted(), [...needed(script)].toSorted());
  });
}

test("every script that comes late is fetched from the very address that is imported", () => {
  const modules = readdirSync(STATIC, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".js"));
  const sources = modules.map((path) => readFileSync(new URL(path, STATIC), "utf8").replaceAll(/^ *(\/\*\*|\*|\/\/).*$|\/\*\*.*?\*\//gm, ""));
  const imports = sources.flatMap((source) => [...source.matchAll(/^.*import\("([^"]+)"\).*$/gm)]);
  assert.equal(imports.length, 8);
  for (const [line, path] of imports) assert.ok(line.includes(`late(new URL("${path}", import.meta.url), () => import("${path}"))`), line);
});
