// The check page: what was typed there is kept when she leaves it by another way than its buttons.
"use strict";

const checkForm = document.querySelector("form[data-checked]");
let typed = false;
checkForm.addEventListener("input", () => { typed = true; });
checkForm.addEventListener("submit", () => { typed = false; });
window.addEventListener("pagehide", () => {
  if (typed) fetch(location.href, { method: "POST", body: new URLSearchParams([...new FormData(checkForm), ["go", "check"]]), keepalive: true });
});
