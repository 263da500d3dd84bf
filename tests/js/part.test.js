import assert from "node:assert/strict";
import { test } from "node:test";
import { Part } from "../../static/js/part.js";

/**
 * A server that says these things, one after the other, and keeps what it was asked.
 * @param {(Response | Promise<Response>)[]} answers
 */
function server(...answers) {
  /** @type {{path: string, tag: string | undefined}[]} */
  const asked = [];
  /** @type {import("../../static/js/part.js").Fetch} */
  const ask = async (path, { headers }) => {
    asked.push({ path, tag: headers["If-None-Match"] });
    const answer = await answers.shift();
    if (!answer) throw new TypeError("offline");
    return answer;
  };
  return { asked, ask };
}

/** @param {string} text @param {string} tag */
const page = (text, tag) => new Response(text, { headers: { ETag: tag } });
const same = () => new Response(null, { status: 304 });

test("what did not change is asked for by its tag, and is nothing", async () => {
  const { asked, ask } = server(same(), page("new", '"b"'), same());
  const part = new Part("/?part=rooms", '"a"', ask);
  assert.equal(await part.ask("/?part=rooms"), "");
  assert.equal(await part.ask("/?part=rooms"), "new");
  assert.equal(await part.ask("/?part=rooms"), "");
  assert.deepEqual(asked.map(({ tag }) => tag), ['"a"', '"a"', '"b"']);
});

test("another search is asked for without the tag of the last one", async () => {
  const { asked, ask } = server(page("found", '"c"'));
  const part = new Part("/?part=rooms", '"a"', ask);
  assert.equal(await part.ask("/?q=jazz&part=rooms"), "found");
  assert.deepEqual(asked, [{ path: "/?q=jazz&part=rooms", tag: undefined }]);
});

test("no answer and a refusal are null, and the tag stays", async () => {
  const { asked, ask } = server(new Response("", { status: 503 }));
  const part = new Part("/", '"a"', ask);
  assert.equal(await part.ask("/"), null);
  assert.equal(await part.ask("/"), null);
  assert.equal(asked[1].tag, '"a"');
});

test("whoever was signed out or suspended meanwhile has the page anew, and no sign-in page in place of the part", async () => {
  const elsewhere = Object.defineProperty(page("Sign in", ""), "redirected", { value: true });
  const { ask } = server(elsewhere, new Response("", { status: 403 }), new Response("", { status: 503 }));
  let loaded = 0;
  const part = new Part("/", '"a"', ask, () => (loaded += 1));
  for (const times of [1, 2, 2]) assert.deepEqual([await part.ask("/"), loaded], [null, times]);
});

test("an answer that comes after the next question is nothing", async () => {
  /** @type {(response: Response) => void} */
  let late = () => {};
  const { ask } = server(new Promise((resolve) => (late = resolve)), page("second", '"2"'), same());
  const part = new Part("/", "", ask);
  const first = part.ask("/?q=ja");
  assert.equal(await part.ask("/?q=jazz"), "second");
  late(page("first", '"1"'));
  assert.equal(await first, "");
  assert.equal(await part.ask("/?q=jazz"), "");
});
