import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ApiError, call } from "../../static/js/api.js";

/** A page with this cookie and field, over a line that answers so. */
const page = {
  cookie: "",
  field: /** @type {{value: string} | null} */ (null),
  answer: () => new Response(null, { status: 204 }),
  /** @type {{path: string, method: string, headers: Record<string, string>, body?: string}[]} */
  asked: [],
};

Object.assign(globalThis, {
  document: {
    get cookie() {
      return page.cookie;
    },
    querySelector: () => page.field,
  },
  fetch: async (/** @type {string} */ path, /** @type {any} */ how) => (page.asked.push({ path, ...how }), page.answer()),
});
beforeEach(() => Object.assign(page, { cookie: "", field: null, answer: () => new Response(null, { status: 204 }), asked: [] }));

/** What a refusal says. */
async function refused() {
  const error = await call("POST", "rooms/").catch((error) => error);
  assert.ok(error instanceof ApiError);
  return [error.status, error.code, error.message];
}

test("a call says its body in JSON and gives back the answer's; where there is none, null", async () => {
  page.answer = () => Response.json({ id: "r1" });
  assert.deepEqual(await call("POST", "rooms/", { title: "Jazz" }), { id: "r1" });
  const [{ path, method, headers, body }] = page.asked;
  assert.deepEqual([path, method, headers["Content-Type"], body], ["/api/v1/rooms/", "POST", "application/json", '{"title":"Jazz"}']);
  page.answer = () => new Response(null, { status: 204 });
  assert.equal(await call("DELETE", "rooms/r1/"), null);
  assert.equal("Content-Type" in page.asked[1].headers, false);
});

test("what changes something carries the page's token, or else that of the cookie; what asks carries none", async () => {
  page.cookie = "xcsrftoken=other; csrftoken=cookie; a=1";
  await call("GET", "me/");
  await call("PATCH", "me/");
  page.field = { value: "field" };
  await call("PATCH", "me/");
  assert.deepEqual(page.asked.map(({ headers }) => headers["X-CSRFToken"]), [undefined, "cookie", "field"]);
});

test("a refusal has the server's code and words", async () => {
  page.answer = () => Response.json({ code: "locked", message: "The room is locked." }, { status: 403 });
  assert.deepEqual(await refused(), [403, "locked", "The room is locked."]);
});

test("an answer that is not the server's own is a refusal without words", async () => {
  page.answer = () => new Response("<h1>Bad gateway</h1>", { status: 502 });
  assert.deepEqual(await refused(), [502, "failed", ""]);
});

test("a server that cannot be reached is told apart from one that refuses", async () => {
  page.answer = () => {
    throw new TypeError("Failed to fetch");
  };
  assert.deepEqual(await refused(), [0, "offline", ""]);
});
