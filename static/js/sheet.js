// The weekly sheet, quick: everything here also works by the buttons of the form, only slower.
"use strict";

const form = document.querySelector("form[data-sheet]");
const word = (name) => form.dataset[`word${name}`];
const rows = [...form.querySelectorAll("[data-row]")];
const storageKey = `draft-${form.dataset.key}`;
const MONEY_IN = ["wajib", "sukarela", "angsuran", "denda", "pokok", "sosial"];

// Amounts: what people write, and how it is shown.
const group = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ".");
function read(text) {
  const clean = text.trim().replace(/^Rp ?/, "").replace(/,00$/, "");
  if (clean === "") return 0;
  return /^\d+$|^\d{1,3}(\.\d{3})+$/.test(clean) && !isLong(clean) ? Number(clean.replaceAll(".", "")) : NaN;
}
const isLong = (text) => text.replace(/\D/g, "").length > 13;
const unread = (text) => (Number.isNaN(read(text)) ? `“${text}”${isLong(text) ? " " : ": "}${word(isLong(text) ? "Long" : "Unread")}` : "");
const UNITS = ["", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"];
function terbilang(n) {
  const join = (head, rest) => (rest ? `${head} ${terbilang(rest)}` : head);
  if (n < 12) return UNITS[n];
  if (n < 20) return `${UNITS[n - 10]} belas`;
  if (n < 100) return join(`${UNITS[Math.floor(n / 10)]} puluh`, n % 10);
  if (n < 200) return join("seratus", n - 100);
  if (n < 1000) return join(`${UNITS[Math.floor(n / 100)]} ratus`, n % 100);
  if (n < 2000) return join("seribu", n - 1000);
  if (n < 1e6) return join(`${terbilang(Math.floor(n / 1000))} ribu`, n % 1000);
  if (n < 1e9) return join(`${terbilang(Math.floor(n / 1e6))} juta`, n % 1e6);
  if (n < 1e12) return join(`${terbilang(Math.floor(n / 1e9))} miliar`, n % 1e9);
  return join(`${terbilang(Math.floor(n / 1e12))} triliun`, n % 1e12);
}

// Fields are looked for once: every key asks for those of every row.
const field = (row, name) => ((row.fields ??= {})[name] ??= row.querySelector(`[name="${row.id}-${name}"]`));
const attendance = (row) => row.querySelector(".hisa input:checked")?.value ?? "";
const tick = (row) => field(row, "catat");
const amountsOf = (row) => (row.amounts ??= [...row.querySelectorAll('input[inputmode="numeric"]')]);
const readable = (row) => amountsOf(row).every((input) => !unread(input.value));
const isIn = (input) => !input.name.endsWith("-tarik");
const pairs = (text) => [...text.matchAll(/(\S+) (\d+)/g)].map(([, name, amount]) => [name, Number(amount)]);
const usualOf = (row) => (row.usual ??= pairs(row.dataset.usual));
const labelOf = (input) => input.labels[0].textContent.trim();
const sumOf = (row) => amountsOf(row).filter(isIn).reduce((sum, input) => sum + (read(input.value) || 0), 0);

// What the server refused stands until its field says something else; the next check judges again.
const refused = [...form.querySelectorAll('[id$="-error"]')].map((said) => {
  const name = said.id.slice(0, -6);
  return { said, name, value: form.elements[name].value };
});
const same = (one, other) => one === other || read(one) === read(other);
const stands = (name) => refused.some((one) => one.name === name && same(form.elements[name].value, one.value));
function settle() {
  for (const { said, name } of refused) {
    said.hidden = !stands(name);
    const at = document.getElementById(name);
    if (at.matches("fieldset")) at.classList.toggle("is-error", !said.hidden);
    else judge(at, !said.hidden);
  }
}
// What stands there already is not written again: every writing has the page laid out anew, and a cheap phone takes
// longer for that than for all the sums.
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
function judge(input, wrong) {
  if (input.getAttribute("aria-invalid") !== String(wrong)) input.setAttribute("aria-invalid", wrong);
}
function mark(input, wrong = unread(input.value) || stands(input.name)) {
  judge(input, Boolean(wrong));
  if (!input.closest("[data-row]")) return;
  const box = input.parentElement;
  box.classList.toggle("is-error", Boolean(wrong));
  box.querySelector(".cap-error")?.toggleAttribute("hidden", !stands(input.name));
  fit(box, input.value);
}
// A long amount gets smaller letters and more room (buku.css, part 9).
function fit(box, text) {
  ["long", "big"].forEach((size, n) => box.classList.toggle(`is-${size}`, text.length > 6 + 2 * n));
}

// A row says in its own line what is short or unusual; it asks, and never stands in the way.
function say(row) {
  settle();
  const box = row.querySelector("[data-say]");
  const lines = [], wrong = [];
  const due = Number(row.dataset.due);
  const paid = amountsOf(row).filter((input) => input.name.includes("-angsuran")).reduce((sum, input) => sum + read(input.value), 0);
  if (due && paid && paid < due) lines.push(sentence(`${word("Shortby")} Rp${group(due - paid)}.`));
  for (const [name, usual] of usualOf(row)) {
    const input = field(row, name);
    const amount = input ? read(input.value) : 0;
    if (!amount || input.dataset.right === String(amount) || stands(input.name)) continue;
    if (amount < usual * 10 && amount * 10 > usual) continue;
    lines.push(sentence(`${labelOf(input)}: ${amount > usual ? word("More") : word("Less")}: ${terbilang(amount)} rupiah.`));
    const right = button(word("Right"), () => { input.dataset.right = String(amount); confirmField(input, amount); changed(row); });
    const make = button(`${word("Make")} ${group(usual)}`, () => { input.value = group(usual); changed(row); });
    lines.push(right, make);
  }
  for (const input of amountsOf(row)) {
    if (unread(input.value) && !stands(input.name)) wrong.push(sentence(unread(input.value), "field-error"));
  }
  // The same again stays as it is: leaving a field by pressing one of these buttons must not take it from below the finger.
  const told = [...wrong, ...lines].map((one) => one.textContent).join("\n");
  if (box.told !== told) box.replaceChildren(...box.querySelectorAll("[id]"), ...wrong, ...lines);
  box.told = told;
  box.hidden = !box.querySelector(":not([hidden])");
}
function sentence(text, kind = "soft") {
  const p = document.createElement("p");
  p.className = kind;
  p.textContent = text;
  return p;
}
function button(text, action) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "btn btn-link";
  b.textContent = text;
  b.addEventListener("click", action);
  return b;
}
function confirmField(input, amount) {
  let ok = form.querySelector(`[name="${input.name}-ok"]`);
  if (!ok) {
    ok = document.createElement("input");
    ok.type = "hidden";
    ok.name = `${input.name}-ok`;
    form.append(ok);
  }
  ok.value = amount;
}

// Sums that follow every key.
const cash = Number(form.dataset.cash);
const bar = (name) => document.querySelector(`[data-bar="${name}"]`);
function total() {
  const sums = Object.fromEntries(MONEY_IN.map((name) => [name, 0]));
  let moved = 0, recorded = 0, present = 0, pencilled = 0, pencilSum = 0;
  settle();
  for (const row of rows) {
    amountsOf(row).forEach((input) => mark(input));
    if (attendance(row) === "H") present += 1;
    const sum = sumOf(row);
    if (tick(row).checked) {
      recorded += 1;
      moved += sum - (read(field(row, "tarik")?.value ?? "") || 0);
      for (const name of MONEY_IN) sums[name] += read(field(row, name)?.value ?? "") || 0;
    } else if (sum) {
      pencilled += 1;
      pencilSum += sum;
    }
    const out = row.querySelector("[data-sum]");
    const said = tick(row).checked ? group(sum) : word(sum ? "Proposed" : "Notyet");
    if (out.textContent !== said) out.replaceChildren(said === word("Proposed") ? italic(said) : said);
  }
  for (const select of form.querySelectorAll("[data-lend]")) if (select.value === "pay") moved -= Number(select.dataset.lend);
  for (const input of form.querySelectorAll("[data-other]")) {
    mark(input);
    moved += Number(input.dataset.other) * (read(input.value) || 0);
  }
  for (const name of ["wajib", "sukarela", "angsuran", "denda"]) {
    const cell = form.querySelector(`[data-total="${name}"]`);
    write(cell, group(sums[name]));
    fit(cell.parentElement, cell.textContent);
  }
  write(form.querySelector('[data-total="sum"]'), group(MONEY_IN.reduce((sum, name) => sum + sums[name], 0)));
  const ticked = form.querySelector("[data-total-recorded]");
  write(ticked.lastChild, `${ticked.textContent.split(" ")[0]} ${recorded}/${rows.length}`);
  write(form.querySelector("[data-total-present]"), `${present} ${word("Present")}`);
  write(document.querySelector("[data-recorded-words]"), `${recorded} ${word("Recorded").replace("#", rows.length)}`);
  write(bar("recorded"), `Rp${group(cash + moved)}`.replace("Rp-", "−Rp"));
  write(bar("moved"), group(moved).replace("-", "−"));
  difference(cash + moved, count(), pencilled, pencilSum);
}
function italic(text) {
  const i = document.createElement("i");
  i.textContent = text;
  return i;
}
function count() {
  let sum = 0, any = false;
  for (const input of form.querySelectorAll("[data-piece]")) {
    const pieces = /^\d{0,5}$/.test(input.value.trim()) ? Number(input.value) : NaN;
    mark(input, Number.isNaN(pieces) || stands(input.name));
    const out = form.querySelector(`output[for="${input.id}"]`);
    write(out, pieces ? group(pieces * Number(input.dataset.piece)) : "–");
    out.classList.toggle("has-value", pieces > 0);
    if (input.value.trim() !== "") any = true;
    sum += pieces * Number(input.dataset.piece);
  }
  const typed = form.querySelector("[data-count-total]");
  mark(typed);
  write(form.querySelector(`output[for="${typed.id}"]`), stands(typed.name) ? "" : unread(typed.value));
  if (!any && typed.value.trim() !== "") { sum = read(typed.value); any = true; }
  if (Number.isNaN(sum) || unread(typed.value)) any = false; // what cannot be read is no count
  write(form.querySelector("[data-counted]"), any ? group(sum) : word("Notyet"));
  return any ? sum : null;
}
const toCount = bar("counted").querySelector("a") ?? word("Notyet");
function difference(expected, counted, pencilled, pencilSum) {
  const cell = bar("difference"), hand = bar("counted");
  if (counted === null) {
    cell.className = "belum";
    write(cell, word("Notyet"));
    if (hand.textContent !== (toCount.textContent ?? toCount)) hand.replaceChildren(toCount);
    return;
  }
  write(hand, `Rp${group(counted)}`);
  const gap = counted - expected;
  const said = gap === 0 ? word("Exact") : `${gap < 0 ? word("Short") : word("Over")} Rp${group(Math.abs(gap))}`;
  const left = gap !== 0 && pencilled ? ` · ${pencilled} ${word("Pencil")}, Rp${group(pencilSum)}` : "";
  cell.className = gap === 0 ? "" : "soga";
  if (cell.textContent === said + left) return;
  cell.textContent = said;
  if (!left) return;
  const more = document.createElement("span");
  more.className = "bar-long";
  more.textContent = left;
  cell.append(more);
}

// Pencil follows attendance: nothing is proposed for her who did not come, unless she typed it.
function present(row, value) {
  for (const input of amountsOf(row)) {
    if (input.dataset.typed) continue;
    if (value === "H" && input.dataset.proposed) input.value = input.dataset.proposed;
    else if (value !== "H" && !tick(row).checked) {
      input.dataset.proposed ||= input.value;
      input.value = "";
    }
  }
}
for (const row of rows) {
  for (const input of amountsOf(row)) input.dataset.proposed = input.defaultValue;
  for (const [name, amount] of pairs(row.dataset.right)) if (field(row, name)) field(row, name).dataset.right = String(amount);
  row.addEventListener("input", (event) => {
    const input = event.target;
    if (input.inputMode === "numeric") {
      input.dataset.typed = "1";
      regroup(input, event.data);
    }
    changed(row);
  });
  row.addEventListener("change", (event) => {
    if (!readable(row)) tick(row).checked = false;
    if (event.target.type === "radio") present(row, event.target.value);
    changed(row);
  });
  // A ticked row is closed to two written lines; touching it opens it again, its values kept as pencil.
  row.addEventListener("click", (event) => {
    if (tick(row).checked && !event.target.closest(".catat, .hisa, a, button, details, .more-panel") && matchMedia("(max-width: 991px)").matches) {
      tick(row).checked = false;
      changed(row);
    }
  });
}
// Dots are ours to place. Whoever writes dots or commas herself is left alone, and is asked if it can be read two ways.
function regroup(input, typed) {
  if (input.value === "") delete input.dataset.own;
  if (typed && /[.,]/.test(typed)) input.dataset.own = "1";
  if (input.dataset.own) return;
  const digits = input.value.replaceAll(".", "");
  if (!/^\d{4,}$/.test(digits) && !(/^\d{1,3}$/.test(digits) && input.value.includes("."))) return;
  const after = input.value.length - input.selectionEnd;
  input.value = group(digits.replace(/^0+(?=\d)/, ""));
  input.setSelectionRange(input.value.length - after, input.value.length - after);
}
for (const input of form.querySelectorAll("[data-other], [data-count-total]")) input.addEventListener("input", (event) => regroup(input, event.data));

form.querySelector("[data-all-present]").addEventListener("click", (event) => {
  event.preventDefault();
  for (const row of rows) {
    if (attendance(row)) continue;
    row.querySelector('.hisa input[value="H"]').checked = true;
    present(row, "H");
    say(row);
  }
  changed();
});
form.querySelector("[data-all-paid]").addEventListener("click", (event) => {
  event.preventDefault();
  tell(rows.some((row) => attendance(row) === "H") ? "" : word("Nobody"));
  for (const row of rows) {
    if (attendance(row) === "H" && readable(row)) tick(row).checked = true;
  }
  changed();
});

// Keys: Enter goes down a column, letters say who came, Space records.
form.addEventListener("keydown", (event) => {
  const input = event.target;
  if (event.key === "Enter" && input.tagName === "INPUT") {
    event.preventDefault();
    const [id, column] = input.name.split(/-(.*)/);
    if (/^r\d+$/.test(id) && column) {
      const below = rows.slice(rows.findIndex((row) => row.id === id) + 1);
      const next = below.map((row) => field(row, column)).find((one) => one && one.offsetParent);
      (next ?? form.querySelector("[data-piece]")).focus();
      next?.select?.();
    } else if (input.dataset.piece) {
      const pieces = [...form.querySelectorAll("[data-piece]")];
      (pieces[pieces.indexOf(input) + 1] ?? form.querySelector("[data-count-total]")).focus();
    } else if ("countTotal" in input.dataset) {
      form.elements["c-by"].focus();
    }
    return;
  }
  const row = input.closest?.("[data-row]");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const letter = event.key.toUpperCase();
  if ("HISA".includes(letter) && letter.length === 1 && (input.inputMode === "numeric" || input.type === "radio" || input.type === "checkbox")) {
    event.preventDefault();
    row.querySelector(`.hisa input[value="${letter}"]`).checked = true;
    present(row, letter);
    changed(row);
  } else if (event.key === " " && input.inputMode === "numeric") {
    event.preventDefault();
    tick(row).checked = !tick(row).checked && readable(row);
    changed(row);
  }
});

// Drafts: on this phone at once, on the server when it answers.
const state = document.querySelector("[data-draft-state]");
let timer = 0, sending = null, again = false;
function changed(row) {
  if (row) say(row);
  total();
  remember("");
  clearTimeout(timer);
  timer = setTimeout(keep, Number(form.dataset.wait));
}
// What this phone holds, and the server's word for having it; a page older than that word does not show it yet.
let held = "";
function remember(stamp, sent = false) {
  held = stamp;
  const data = Object.fromEntries(new FormData(form));
  delete data.csrfmiddlewaretoken;
  try {
    localStorage.setItem(storageKey, JSON.stringify({ stamp, sent, data }));
  } catch { /* a full phone still has the server */ }
}
async function keep() {
  timer = 0;
  if (sending) { again = true; return; }
  const body = new FormData(form), sent = JSON.stringify([...body]);
  sending = fetch(form.dataset.draftUrl, { method: "POST", body, redirect: "error" });
  try {
    const answer = await sending;
    if (answer.status === 409) {
      state.textContent = word("Posted");
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const { saved_at, stamp, key, known, theirs, notice } = await answer.json();
    state.textContent = `${word("Saved")} ${saved_at}`;
    const still = sent === JSON.stringify([...new FormData(form)]);
    form.elements.key.value = key;
    form.elements.known.value = known;
    show(theirs, body, notice);
    if (still) remember(stamp);
  } catch {
    state.textContent = word("Local");
  } finally {
    sending = null;
    if (again) { again = false; keep(); }
  }
}
window.addEventListener("online", keep);
// Whoever leaves within the breath that a draft waits for is not waited for: the browser sends it after the page.
window.addEventListener("pagehide", () => {
  if (!timer && !again) return;
  clearTimeout(timer);
  timer = 0;
  fetch(form.dataset.draftUrl, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true, redirect: "error" });
});
form.addEventListener("submit", () => {
  clearTimeout(timer);
  timer = 0;
  remember(held, true);
});
// What another page wrote meanwhile is shown here too, unless it was touched here since.
function show(theirs, sent, notice) {
  for (const [name, text] of Object.entries(theirs)) {
    for (const input of form.querySelectorAll(`[name="${name}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = input.value === text;
      else if (input.value === sent.get(name)) input.value = text;
    }
  }
  if (!notice) return;
  tell(notice);
  rows.forEach(say);
  total();
}
function tell(notice) {
  const box = form.querySelector("[data-notice]");
  box.hidden = !notice;
  box.firstElementChild.textContent = notice;
}

// What this phone kept and this page does not show yet comes back.
function restore() {
  let kept;
  try { kept = JSON.parse(localStorage.getItem(storageKey) ?? "null"); } catch { return; }
  if (!kept?.data || (kept.stamp && kept.stamp <= form.dataset.stamp)) return;
  for (const input of form.elements) {
    if (!input.name || ["csrfmiddlewaretoken", "action", "confirm", "take"].includes(input.name)) continue;
    if (input.type === "radio" || input.type === "checkbox") input.checked = kept.data[input.name] === input.value;
    else if (input.name in kept.data) input.value = kept.data[input.name];
  }
  keep();
}
restore();
form.addEventListener("input", (event) => { if (!event.target.closest("[data-row]")) changed(); });
form.addEventListener("change", (event) => { if (!event.target.closest("[data-row]")) changed(); });
for (const row of rows) if (row.querySelector(".field-error")) tick(row).checked = false;
rows.forEach(say);
total();
