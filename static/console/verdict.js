// The form of a decision: only what the chosen measure asks for, and beside it what the member will read.

import { byId, data, h } from "../js/dom.js";

const PAUSE = 300; // ms after a letter

/** @typedef {{timed: boolean, second: boolean, longest: number | null}} Rule */

/**
 * What the form asks for and says, once this measure is chosen with this length and ground.
 * @param {Record<string, Rule>} rules
 * @param {{measure: string, days: number, ground: string}} chosen
 */
export function asks(rules, { measure, days, ground }) {
  const rule = rules[measure];
  const two = Boolean(rule && (rule.second || (rule.timed && rule.longest !== null && days > rule.longest)));
  return {
    timed: Boolean(rule?.timed),
    report: measure === "restrict_reporting",
    law: ground === "law",
    two,
  };
}

/** Makes the form follow what is chosen. */
export function watchVerdict() {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("verdict"));
  if (!form) return;
  const rules = data("rules");
  const button = byId("decide");
  let typing = 0;
  let turn = 0;

  const follow = () => {
    const chosen = new FormData(form);
    const wanted = asks(rules, {
      measure: String(chosen.get("measure") ?? ""),
      days: Number(chosen.get("days") ?? 0),
      ground: String(chosen.get("ground") ?? ""),
    });
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-only]"))) {
      part.hidden = !wanted[/** @type {keyof typeof wanted} */ (part.dataset.only)];
    }
    button.textContent = (wanted.two ? button.dataset.propose : button.dataset.decide) ?? "";
    clearTimeout(typing);
    typing = window.setTimeout(preview, PAUSE);
  };

  async function preview() {
    const mine = ++turn;
    const body = new FormData(/** @type {HTMLFormElement} */ (form));
    const area = byId("preview");
    if (!body.get("measure")) return;
    const answer = await fetch(form?.dataset.preview ?? "", { method: "POST", body }).catch(() => null);
    if (!answer?.ok || mine !== turn) return; // what stands there stays; the next letter asks again
    const { language, fields } = /** @type {{language: string, fields: [string, string][]}} */ (await answer.json());
    area.hidden = fields.length === 0;
    const list = /** @type {HTMLElement} */ (area.querySelector("dl"));
    list.lang = language;
    list.replaceChildren(...fields.filter(([, text]) => text).flatMap(([title, text]) => [h("dt", {}, title), h("dd", {}, h("bdi", {}, text))]));
  }

  form.addEventListener("input", follow);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
  });
  follow();
}
