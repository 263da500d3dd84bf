// The REST API, called as the person who is signed in.

const ROOT = "/api/v1/";

/** An answer other than success: `code` is stable, `message` is for people. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Django's CSRF cookie, or what the page carries where the cookie is not readable. */
function token() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
  return field?.value ?? document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

/**
 * The JSON answer to one call; null where there is no body.
 * Raises ApiError for a refusal, and with the code "offline" when the server cannot be reached.
 * @param {"GET" | "POST" | "PATCH" | "DELETE"} method
 * @param {string} path below /api/v1/
 * @param {object} [body]
 * @param {AbortSignal} [signal] when nobody waits for the answer any more: it is "offline", too
 * @returns {Promise<any>}
 */
export async function call(method, path, body, signal) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = token();
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(ROOT + path, { method, headers, body: body && JSON.stringify(body), signal }).catch(() => {
    throw new ApiError(0, "offline", "");
  });
  const json = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(answer.status, json?.code ?? "failed", json?.message ?? "");
  return json;
}
