// Runs before the first paint, as theme.js does: whether this browser makes passkeys here. What comes later moves what somebody is about to tap.
// Passkeys belong to names: a browser makes none for a bare address.
if (window.PublicKeyCredential && /[a-z]/i.test(location.hostname) && !location.hostname.includes(":")) {
  document.documentElement.dataset.passkeys = "";
}
