import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { avatar } from "../../static/js/avatar.js";
import "./paper.js";

/** Made on the server by the same table: tests/accounts/test_templatetags.py. @type {{uid: string, name: string, avatar: string, letter: string, tint: string}[]} */
const faces = JSON.parse(readFileSync(new URL("../faces.json", import.meta.url), "utf8"));

for (const { letter, tint, ...person } of faces) {
  test(`the face of "${person.name}" is ${letter} on ${tint}, as on the server`, () => {
    const { tag, attributes, children, textContent } = /** @type {any} */ (avatar(person, "small"));
    assert.deepEqual([tag, attributes.class, attributes["aria-hidden"], textContent], ["stoa-avatar", `avatar small ${tint}`, "true", letter]);
    const pictures = children.filter((/** @type {any} */ child) => child.tag);
    assert.deepEqual(pictures.map((/** @type {any} */ { attributes }) => [attributes.src, attributes.alt]), person.avatar ? [[person.avatar, ""]] : []);
  });
}
