// Single keys, as the page /keys lists them. They act outside of text fields only (WCAG 2.1.4: and can be
// turned off). Each presses a link or a button that the page has anyway.
"use strict";
(() => {
  if (/(?:^|; )keys=off(?:;|$)/.test(document.cookie)) return;
  document.documentElement.classList.add("keys");
  const GO = 2000;  // milliseconds after g
  let going = 0;

  const one = wanted => [...document.querySelectorAll(wanted)].find(each => each.offsetParent);
  const stops = () => [...document.querySelectorAll("main [data-row] a:not([data-act]), main tbody th a, main summary")]
    .filter(each => each.offsetParent);
  const isText = at => at.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");
  const row = () => document.activeElement && document.activeElement.closest("[data-row]");

  function press(found) {
    if (!found) return false;
    found.click();
    return true;
  }

  function focus(found) {
    if (!found) return false;
    found.focus();
    found.scrollIntoView({block: "nearest"});
    return true;
  }

  function move(by) {
    const all = stops(), here = all.indexOf(document.activeElement);
    const beside = here < 0 && row() ? all.findIndex(each => row().contains(each)) : here;
    return focus(all[beside < 0 ? 0 : Math.min(Math.max(beside + by, 0), all.length - 1)]);
  }

  function up() {
    const above = location.pathname.replace(/\/[^/]*$/, "");
    if (location.pathname === "/") return false;
    location.href = /^\/r\/[^/]+$/.test(above) || document.querySelector(`nav a[href="${CSS.escape(above)}"]`) ? above : "/";
    return true;
  }

  function mark() {
    const box = row() && row().querySelector("input[type=checkbox]");
    if (!box) return false;
    box.checked = !box.checked;
    return move(1) || true;
  }

  // An act of a row needs that row; where rows of its group are marked, it is done with them.
  function act(letter) {
    const wanted = `[data-act="${CSS.escape(letter)}"]`, group = row() && row().closest("section");
    const marked = group && group.querySelector("[data-row] input:checked");
    if (marked) return press(group.querySelector(`[data-together="${CSS.escape(letter)}"]`));
    const found = row() && row().querySelector(wanted) || one(`main ${wanted}:not([data-row] *)`);
    if (!found || found.tagName !== "DETAILS") return press(found);
    found.open = true;
    return focus(found.querySelector("form :is(input:not([type=hidden]), select, textarea, button)"));
  }

  // That of the row, else the latest.
  function back() {
    const all = [...document.querySelectorAll("[data-key=z]")].filter(each => each.offsetParent);
    return all.find(each => row() && row().contains(each)) || all.at(-1);
  }

  const does = {
    j: () => move(1), ArrowDown: () => stops().includes(document.activeElement) && move(1),
    k: () => move(-1), ArrowUp: () => stops().includes(document.activeElement) && move(-1),
    u: up, x: mark, g: () => Boolean(going = Date.now() + GO),
    z: () => press(back()), ".": () => press(one("[data-key='.']")),
    "/": () => focus(document.getElementById("find")), "?": () => press(one("a[href='/keys']")),
  };

  document.addEventListener("keydown", pressed => {
    if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.isComposing || pressed.defaultPrevented) return;
    if (isText(pressed.target)) return;
    const key = pressed.key, goes = Date.now() < going;
    going = 0;
    const done = goes ? press(document.querySelector(`nav a[data-go="${CSS.escape(key)}"]`)) : Object.hasOwn(does, key) ? does[key]()
      : /^[a-z]$/.test(key) && act(key);
    if (done) pressed.preventDefault();
  });
})();
