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

test("every script that comes late is fetched first, with all it imports that its page has not", () => {
  const modules = readdirSync(STATIC, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".js"));
  let imports = 0;
  for (const by of modules) {
    const source = readFileSync(new URL(by, STATIC), "utf8").replaceAll(/^ *(\/\*\*|\*|\/\/).*$|\/\*\*.*?\*\//gm, "");
    imports += [...source.matchAll(/\bimport\(/g)].length;
    const page = new Set([...needed("js/page.js"), ...needed(by.startsWith("js/room/") ? "js/room/room.js" : by)]);
    for (const [, list = "", path = ""] of source.matchAll(/\blate\(\s*\[([^\]]+)\],\s*\(\) => import\("([^"]+)"\),?\s*\)/g)) {
      const below = (/** @type {string} */ address) => new URL(address, new URL(by, STATIC)).pathname.slice(STATIC.pathname.length);
      const fetched = [...list.matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g)].map(([, address = ""]) => below(address));
      assert.equal(fetched[0], below(path));
      assert.deepEqual(fetched.toSorted(), [...needed(below(path))].filter((module) => !page.has(module)).toSorted(), path);
      imports -= 1;
    }
  }
  assert.equal(imports, 0, "one is imported by another way");
});
