// Live pages. The server names a page that has changed; this fetches it, marks the rows that differ, and shows
// the new ones once that is asked for: nothing moves under the hand. Without this script all works by reloading.
"use strict";
(() => {
  const main = document.querySelector("main[data-live]");
  const news = document.getElementById("news");
  if (!main || !news || !window.EventSource) return;

  const SOON = 500, LATEST = 15000, SILENT = 40000, MINUTE = 60000;  // milliseconds
  const words = news.dataset;
  let source = null, retry = 0, silence = 0, failures = 0, wait = SOON, over = false;
  let heard = new Date(), fresh = null, looking = false, again = false;

  // ---- what is said in the bar

  function say(one) {
    const text = one.textContent ?? one;
    if (news.textContent !== text) news.replaceChildren(one);  // it is read out once
    news.classList.toggle("says", Boolean(text));
  }

  function tell() {
    if (over) return say(link(words.over, `/login?then=${encodeURIComponent(main.dataset.at.replace(/\?.*/, ""))}`));
    if (failures > 1) {
      const time = heard.toLocaleTimeString(document.documentElement.lang, {hour: "2-digit", minute: "2-digit"});
      return say(words.lost.replace("{time}", time));
    }
    if (!fresh) return say("");
    say(button(words.show.replace("{count}", fresh.count)));
  }

  function button(text) {
    const one = document.createElement("button"), key = document.createElement("kbd");
    one.type = "button";
    one.dataset.key = key.textContent = ".";
    one.append(text, " ", key);
    one.addEventListener("click", show);
    return one;
  }

  function link(text, to) {
    const one = document.createElement("a");
    one.href = to;
    one.textContent = text;
    return one;
  }

  // ---- the stream

  function open() {
    close();
    if (over || document.hidden) return;
    const on = encodeURIComponent(main.dataset.live), mark = fresh ? fresh.main.dataset.mark : main.dataset.mark;
    source = new EventSource(`/events?on=${on}&mark=${mark}`);
    source.addEventListener("beat", alive);
    source.addEventListener("message", () => { alive(); look(); });
    source.addEventListener("over", ended);
    source.addEventListener("error", lost);
    listen();
  }

  function close() {
    clearTimeout(retry);
    clearTimeout(silence);
    if (source) source.close();
    source = null;
  }

  function listen() {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENT);
  }

  function alive() {
    heard = new Date();
    failures = 0;
    wait = SOON;
    listen();
    tell();
  }

  async function lost() {
    close();
    failures += 1;
    let pause = wait;
    wait = Math.min(wait * 2, LATEST);
    if (failures > 1 && await look()) failures = 1, pause = MINUTE;  // pages are there, only the stream is not
    tell();
    clearTimeout(retry);
    if (!over) retry = setTimeout(open, pause * (1 + Math.random() / 4));
  }

  function ended() {
    over = true;
    close();
    tell();
  }

  // ---- the page as it is now

  async function look() {
    if (looking) return again = true;
    looking = true;
    try {
      const answer = await fetch(main.dataset.at, {headers: {"Desk-Look": "1"}, cache: "no-store"});
      if (new URL(answer.url).pathname === "/login") return ended(), true;
      if (!answer.ok) return false;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      compare(page.querySelector("main[data-live]"));
      heard = new Date();
      return true;
    } catch {
      return false;
    } finally {
      looking = false;
      if (again) again = false, look();
    }
  }

  const rows = of => new Map([...of.querySelectorAll("[data-row]")].map(row => [row.dataset.row, row]));
  const text = row => row.textContent.replace(/\s+/g, " ").trim();

  function compare(now) {
    if (!now || now.dataset.mark === main.dataset.mark) {
      fresh = null;
      for (const row of rows(main).values()) delete row.dataset.news;
      return tell();
    }
    const shown = rows(main), next = rows(now);
    let count = 0;
    for (const [name, row] of shown) {
      const same = next.has(name) && text(next.get(name)) === text(row);
      if (same) delete row.dataset.news;
      else row.dataset.news = next.has(name) ? words.changed : words.gone, count += 1;
      row.classList.toggle("gone", !next.has(name));
    }
    for (const name of next.keys()) if (!shown.has(name)) count += 1;
    fresh = {main: now, count: Math.max(count, 1)};
    tell();
  }

  // ---- show what is new, and leave everything else as the hand has it

  function show() {
    const next = fresh.main, before = rows(main), at = place(), typed = fields(), opened = details();
    main.replaceChildren(...next.childNodes);
    main.dataset.mark = next.dataset.mark;
    for (const [name, row] of rows(main)) if (!before.has(name)) row.dataset.news = words.fresh;
    for (const id of opened) byId(id, one => one.open = true);
    for (const [id, value] of typed) byId(id, one => typeof value === "boolean" ? one.checked = value : one.value = value);
    fresh = null;
    tell();
    back(at);
  }

  const byId = (id, then) => { const one = document.getElementById(id); if (one) then(one); };
  const details = () => [...main.querySelectorAll("details[id][open]")].map(one => one.id);

  function fields() {
    const changed = one => one.type === "checkbox" ? one.checked !== one.defaultChecked
      : one.tagName === "SELECT" ? ![...one.options].some(each => each.selected && each.defaultSelected)
      : one.value !== one.defaultValue;
    const typed = [...main.querySelectorAll("input[id]:not([type=hidden]), textarea[id], select[id]")].filter(changed);
    return typed.map(one => [one.id, one.type === "checkbox" ? one.checked : one.value]);
  }

  function place() {
    const one = document.activeElement, row = one && one.closest("[data-row]");
    return {id: one && one.id, row: row && row.dataset.row, inMain: main.contains(one), y: scrollY};
  }

  function back(at) {
    scrollTo(0, at.y);
    let one = at.id && document.getElementById(at.id);
    if (!one && at.row) one = main.querySelector(`[data-row="${CSS.escape(at.row)}"] a`);
    if (!one && (at.inMain || document.activeElement === document.body)) one = main;
    if (one) one.focus({preventScroll: true});
  }

  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  addEventListener("pagehide", close);
  addEventListener("pageshow", came => { if (came.persisted) open(); });
  open();
})();
