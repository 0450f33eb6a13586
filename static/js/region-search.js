// Offers regions below a field as she types; without it the field takes a name or a code all the same.
"use strict";

for (const field of document.querySelectorAll("[data-region-search]")) {
  const list = document.createElement("ul");
  list.id = `${field.id}-list`;
  list.className = "choices";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  field.after(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  const help = document.getElementById(`${field.id}_helptext`);
  let waiting = 0;
  let asked = "";
  let current = -1;

  const close = () => {
    list.hidden = true;
    current = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    field.value = option.dataset.code;
    if (help) help.textContent = option.dataset.label;
    close();
    field.focus();
  };
  const mark = (index) => {
    const options = [...list.children];
    if (!options.length) return;
    current = (index + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === current)));
    field.setAttribute("aria-activedescendant", options[current].id);
    options[current].scrollIntoView({ block: "nearest" });
  };
  const offer = (regions) => {
    list.replaceChildren(...regions.map((region, i) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${i}`;
      option.dataset.code = region.code;
      option.dataset.label = region.label;
      option.setAttribute("role", "option");
      option.textContent = `${region.label} (${region.code})`;
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(option); });
      return option;
    }));
    current = -1;
    list.hidden = !regions.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
  };
  const ask = async () => {
    const text = field.value.trim();
    asked = text;
    if (text.length < 3) { close(); return; }
    try {
      const answer = await fetch(`${field.dataset.regionSearch}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
      if (answer.ok && asked === text) offer((await answer.json()).regions);
    } catch {
      close(); // without a signal she writes on
    }
  };

  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 200); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !list.hidden) { event.preventDefault(); mark(current + 1); }
    else if (event.key === "ArrowUp" && !list.hidden) { event.preventDefault(); mark(current - 1); }
    else if (event.key === "Enter" && current >= 0) { event.preventDefault(); choose(list.children[current]); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
  });
}
