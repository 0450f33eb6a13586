// Small comforts on every page; each page works without them.
"use strict";

for (const button of document.querySelectorAll("[data-show-password]")) {
  const field = document.getElementById(button.dataset.showPassword);
  const show = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hide : show;
    button.setAttribute("aria-pressed", String(shown));
  });
  field.form?.addEventListener("submit", () => { field.type = "password"; });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// An open menu closes on Escape and on a touch outside of it.
for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// The first thing read after a refused form is what to put right.
document.querySelector(".error-summary")?.focus();

// The sheet's draft on this phone: said on the task list while the server does not have it, gone once it has a receipt.
for (const note of document.querySelectorAll("[data-local-draft]")) {
  try {
    const kept = JSON.parse(localStorage.getItem(`draft-${note.dataset.localDraft}`) ?? "null");
    note.hidden = !kept || Boolean(kept.stamp);
  } catch { /* no storage, no draft */ }
}
// What the server has may go from here once its meeting is in the book; what it never got is put beside the book.
for (const place of document.querySelectorAll("[data-receipt], [data-checked]")) {
  const { receipt, checked } = place.dataset, name = `draft-${receipt ?? checked}`;
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? "null");
    const unsent = document.querySelector("[data-unsent]");
    if (kept?.sent) kept.stamp ||= "sent";
    if (receipt && unsent && kept?.stamp === "") offer(unsent, name, kept);
    else if (receipt) localStorage.removeItem(name);
    else if (kept) localStorage.setItem(name, JSON.stringify(kept));
  } catch { /* no storage, nothing to forget */ }
}
function offer(form, name, kept) {
  for (const [field, value] of Object.entries(kept.data)) {
    if (form.elements[field]) continue;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: field, value }));
  }
  form.hidden = false;
  form.addEventListener("submit", () => localStorage.setItem(name, JSON.stringify({ ...kept, sent: true })));
}

// A button that writes is pressed once. A form that answers with a file leaves its page standing and says data-again.
const PATIENCE = 10_000; // milliseconds, after which the answer is taken for lost
let sent = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
  if (Date.now() - (sent.get(form) ?? -PATIENCE) < PATIENCE) event.preventDefault();
  else sent.set(form, Date.now());
});
window.addEventListener("pageshow", () => { sent = new WeakMap(); });
