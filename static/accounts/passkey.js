// Passkeys: reads the options the server wrote, asks the browser for a key, posts what it says.
// A form takes part by `data-passkey` (create or get) and `data-options` (the id of its options) or `data-options-url`.

import { gettext } from "../js/text.js";
import { bytes, text } from "./base64url.js";

/** @type {Record<string, () => string>} */
const PROBLEMS = {
  NotAllowedError: () => gettext("The browser did not get a passkey: it was cancelled, or took too long. You can try again."),
  InvalidStateError: () => gettext("This device already has a passkey for this account."),
  SecurityError: () => gettext("Passkeys need https and a host name. Please use a password here."),
};

/** @param {ArrayBuffer | null} [buffer] nothing where the key says nothing */
function said(buffer) {
  return buffer ? text(buffer) : undefined;
}

/** @param {{id: string}[]} [credentials] @returns {any[] | undefined} */
function known(credentials) {
  return credentials?.map((credential) => ({ ...credential, id: bytes(credential.id) }));
}

/** @param {any} options @returns {Promise<Credential | null>} */
function create({ publicKey }) {
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
      // A passkey, not a mere second factor: it knows whose it is, and checks that it is them.
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  });
}

/** @param {any} options @returns {Promise<Credential | null>} */
function get({ publicKey }) {
  return navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials),
    },
  });
}

/** @param {any} credential @returns {string} the JSON form of WebAuthn level 3, section 5.1 */
function written(credential) {
  const { response } = credential;
  return JSON.stringify({
    id: credential.id,
    rawId: said(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: said(response.clientDataJSON),
      attestationObject: said(response.attestationObject),
      authenticatorData: said(response.authenticatorData),
      signature: said(response.signature),
      userHandle: said(response.userHandle),
    },
  });
}

/** @param {HTMLFormElement} form @returns {Promise<any>} what the server wants of the key */
async function options(form) {
  const { options: id, optionsUrl } = form.dataset;
  if (!optionsUrl) return JSON.parse(document.getElementById(id ?? "")?.textContent ?? "null");
  const response = await fetch(optionsUrl, { headers: { Accept: "application/json" } });
  return (await response.json()).request_options;
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  const wanted = await options(form);
  const credential = await (form.dataset.passkey === "create" ? create(wanted) : get(wanted));
  /** @type {HTMLInputElement} */ (form.elements.namedItem("credential")).value = written(credential);
  form.submit();
}

/** @param {HTMLFormElement} form @param {Error} error */
function explain(form, error) {
  const problem = /** @type {HTMLElement} */ (form.querySelector("[data-problem]"));
  problem.textContent = PROBLEMS[error.name]?.() ?? gettext("The passkey did not work. Please try again, or use a password.");
  problem.hidden = false;
}

if ("passkeys" in document.documentElement.dataset) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form).catch((error) => explain(form, error));
    });
  }
  for (const button of document.querySelectorAll("[data-otherwise] .primary")) button.classList.remove("primary");
} else {
  /** @type {HTMLInputElement | null} */ (document.querySelector("[data-otherwise] [type=password]"))?.focus();
}
