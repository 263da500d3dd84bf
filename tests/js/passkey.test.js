import assert from "node:assert/strict";
import { test } from "node:test";

const BYTES = Uint8Array.from([0xfb, 0xff, 0x00, 0x01]); // "-_8AAQ" in base64url: both of its own letters, and without its padding
const CREATE = { publicKey: { challenge: "-_8AAQ", user: { id: "-_8AAQ", name: "carol" }, excludeCredentials: [{ type: "public-key", id: "-_8AAQ" }] } };
const GET = { publicKey: { challenge: "-_8AAQ", rpId: "stoa.example" } };
const KEY = {
  id: "-_8AAQ",
  rawId: BYTES.buffer,
  type: "public-key",
  authenticatorAttachment: null,
  getClientExtensionResults: () => ({ credProps: { rk: true } }),
  response: { clientDataJSON: BYTES.buffer, authenticatorData: BYTES.buffer, signature: BYTES.buffer, userHandle: null },
};
let visits = 0;

/** A page with one form that takes part so, in a browser that answers `key`, or raises it. */
async function visit({ dataset = /** @type {Record<string, string>} */ ({ passkey: "get", options: "options" }), options = /** @type {object} */ (GET), key = /** @type {any} */ (KEY), able = true } = {}) {
  const page = {
    asked: /** @type {any[]} */ ([]), // of the browser: [how, publicKey]
    sent: /** @type {string[]} */ ([]),
    button: { disabled: true },
    primary: true,
    focused: false,
    problem: { textContent: "", hidden: true },
    /** Somebody sends the form; whether the page stays. */
    async submit() {
      let stays = false;
      listener({ preventDefault: () => (stays = true) });
      await new Promise((resolve) => setImmediate(resolve));
      return stays;
    },
  };
  let listener = (/** @type {any} */ _event) => {};
  const field = { value: "" };
  const form = {
    dataset,
    elements: { namedItem: () => field },
    querySelectorAll: () => [page.button],
    querySelector: () => page.problem,
    addEventListener: (/** @type {string} */ _, /** @type {any} */ listens) => (listener = listens),
    submit: () => page.sent.push(field.value),
  };
  const answer = (/** @type {string} */ how) => async (/** @type {any} */ wanted) => {
    page.asked.push([how, wanted.publicKey]);
    if (key instanceof Error) throw key;
    return key;
  };
  const document = {
    documentElement: { lang: "en", dataset: able ? { passkeys: "" } : {} },
    querySelectorAll: (/** @type {string} */ wanted) => (wanted.startsWith("form") ? [form] : [{ classList: { remove: () => (page.primary = false) } }]),
    querySelector: () => ({ focus: () => (page.focused = true) }),
    getElementById: (/** @type {string} */ id) => (id === "options" ? { textContent: JSON.stringify(options) } : null),
  };
  const fetch = async (/** @type {string} */ path) => (page.asked.push(path), Response.json({ request_options: options }));
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { credentials: { create: answer("create"), get: answer("get") } } });
  Object.assign(globalThis, { document, fetch });
  await import(`${new URL("../../static/accounts/passkey.js", import.meta.url).href}?${visits++}`);
  return page;
}

test("a browser that makes passkeys is asked for one first, and a password is the other way", async () => {
  const page = await visit();
  assert.deepEqual([page.button.disabled, page.primary, page.focused], [false, false, false]);
});

test("elsewhere the password stays the way, and is where one types", async () => {
  const page = await visit({ able: false });
  assert.deepEqual([page.button.disabled, page.primary, page.focused], [true, true, true]);
});

test("a new passkey knows whose it is, checks that it is them, and is no second one of this device", async () => {
  const page = await visit({ dataset: { passkey: "create", options: "options" }, options: CREATE });
  assert.equal(await page.submit(), true);
  const [[how, { challenge, user, excludeCredentials, authenticatorSelection }]] = page.asked;
  assert.equal(how, "create");
  for (const buffer of [challenge, user.id, excludeCredentials[0].id]) assert.deepEqual(new Uint8Array(buffer), BYTES);
  assert.deepEqual([user.name, excludeCredentials[0].type], ["carol", "public-key"]);
  assert.deepEqual(authenticatorSelection, { residentKey: "required", requireResidentKey: true, userVerification: "required" });
});

test("what the key says is sent in letters that fit an address, and what it does not say is left out", async () => {
  const page = await visit();
  await page.submit();
  assert.deepEqual(page.sent.map((text) => JSON.parse(text)), [
    {
      id: "-_8AAQ",
      rawId: "-_8AAQ",
      type: "public-key",
      clientExtensionResults: { credProps: { rk: true } },
      response: { clientDataJSON: "-_8AAQ", authenticatorData: "-_8AAQ", signature: "-_8AAQ" },
    },
  ]);
});

test("a form without options of its own asks the server for them, and any key of the person will do", async () => {
  const page = await visit({ dataset: { passkey: "get", optionsUrl: "/accounts/passkey/" } });
  await page.submit();
  const [path, [how, wanted]] = page.asked;
  assert.deepEqual([path, how, wanted.rpId, wanted.allowCredentials], ["/accounts/passkey/", "get", "stoa.example", undefined]);
});

for (const [name, words] of Object.entries({
  NotAllowedError: /cancelled, or took too long/,
  InvalidStateError: /already has a passkey/,
  SecurityError: /need https/,
  UnknownError: /did not work\. Please try again/,
})) {
  test(`${name} is explained, and nothing is sent`, async () => {
    const page = await visit({ key: new DOMException("", name) });
    await page.submit();
    assert.match(page.problem.textContent, words);
    assert.deepEqual([page.problem.hidden, page.sent], [false, []]);
  });
}
