// What is wrong with the page as it stands, in words: run by test_every_screen.py in Chromium.
(phone) => {
  const found = [];
  const shown = (e) => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(e).visibility !== "hidden"
      && !e.closest(".visually-hidden, .skip-link, details:not([open]) > :not(summary)");
  };
  const say = (e) => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")} “${(e.textContent.trim() || e.name || "").slice(0, 30)}”`;

  const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wider > 0) found.push(`${wider} px wider than the screen`);

  for (const e of document.querySelectorAll("main *"))
    if (shown(e) && /auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth && !e.matches("[role=region][tabindex], input, textarea, select"))
      found.push(`${e.scrollWidth - e.clientWidth} px cut off: ${say(e)}`);

  const solid = [...document.querySelectorAll(".btn-primary")].filter(shown);
  if (solid.length > 1) found.push(`solid buttons: ${solid.map(say).join(", ")}`);

  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!e.labels?.length && !e.hasAttribute("aria-label") && !e.hasAttribute("aria-labelledby")) found.push(`no label: ${say(e)}`);
  for (const e of document.querySelectorAll("th:not([scope])")) found.push(`a head without scope: ${say(e)}`);
  const ids = [...document.querySelectorAll("[id]")].filter((e) => !e.closest("svg")).map((e) => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) found.push(`id twice: ${id}`);

  if (phone) {
    for (const e of document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")) {
      if (!shown(e) || e.closest(".heat")) continue; // cells of a heat-map are words there: the evidence is opened instead
      const words = [...e.parentElement.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.textContent).join("");
      if (getComputedStyle(e).display === "inline" && /[\p{L}\d]/u.test(words)) continue; // a link within a sentence
      const boxes = [e.getBoundingClientRect()];
      if (e.matches("[type=checkbox], [type=radio]")) boxes.push(...[...e.labels].map((l) => l.getBoundingClientRect()));
      const after = getComputedStyle(e, "::after");
      if (after.content !== "none" && after.position === "absolute") boxes.push({ width: parseFloat(after.width), height: parseFloat(after.height) });
      const [width, height] = [Math.max(...boxes.map((b) => b.width)), Math.max(...boxes.map((b) => b.height))];
      if (width < 47.5 || height < 47.5) found.push(`${Math.round(width)} × ${Math.round(height)} px: ${say(e)}`);
    }
  }

  const number = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const rgba = (colour) => {
    const [r = 0, g = 0, b = 0, a = 1] = number(colour);
    return colour.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (words.nextNode()) {
    const e = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || !shown(e) || e.closest("svg, option, script")) continue;
    const below = ground(e);
    const [high, low] = [light(over(rgba(getComputedStyle(e).color), below)), light(below)].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    const what = `contrast ${contrast.toFixed(1)}: ${say(e)}`;
    if (contrast < 5.4 && !seen.has(what)) { seen.add(what); found.push(what); }
  }
  return found;
}
