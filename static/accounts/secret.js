// A password in plain letters for as long as one wants to see it.

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-secret]"))) {
  const input = /** @type {HTMLInputElement} */ (button.previousElementSibling);
  // Seen, it is text to the browser, which may correct text, or have a service do it.
  input.spellcheck = false;
  input.autocapitalize = "none";
  /** @param {boolean} seen */
  const show = (seen) => {
    input.type = seen ? "text" : "password";
    button.setAttribute("aria-pressed", String(seen));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent as what it is, or the browser neither keeps it nor fills it in the next time.
  input.form?.addEventListener("submit", () => show(false));
}
