// The preview of a text while it is typed. What stands in the field is sent after a pause, one at a time and the
// last one at the end; the preview beside it is replaced, and nothing else. Without this script the button does it.
"use strict";
(() => {
  const form = document.querySelector("form.editor"), shown = document.getElementById("preview");
  const said = document.getElementById("typed"), text = document.getElementById("text");
  if (!form || !shown || !said || !text || text.readOnly) return;

  const PAUSE = 250, CROWDED = 1000, SAY = 1500;  // milliseconds
  let pause = 0, saying = 0, asking = null, again = false, over = false;

  function typed() {
    clearTimeout(pause);
    if (over) return;
    shown.setAttribute("aria-busy", "true");  // what stands there is of before
    pause = setTimeout(ask, PAUSE);
  }

  async function ask() {
    if (asking) return again = true;
    const mine = asking = new AbortController();
    let wait = 0;
    try {
      const answer = await fetch(form.getAttribute("action"), {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: {"Desk-Look": "1"}, signal: mine.signal,
      });
      if (answer.status === 401 || new URL(answer.url).pathname === "/login") return ended();
      if (answer.status === 503) wait = CROWDED;
      else if (answer.ok && !again) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      again = false;  // not connected, or the form is sent: the button is there
    } finally {
      asking = null;
      if (wait) clearTimeout(pause), pause = setTimeout(ask, wait);
      else if (again && !over) ask();
      again = false;
    }
  }

  function show(page) {
    const next = page.getElementById("preview");
    if (!next) return;
    const at = shown.querySelector("pre"), inside = shown.contains(document.activeElement), top = at ? at.scrollTop : 0;
    const faults = next.querySelectorAll(".trouble li").length, right = faults === 0;
    for (const one of next.querySelectorAll("[role=alert], [role=status]")) one.removeAttribute("role");
    shown.replaceChildren(...next.childNodes);
    shown.removeAttribute("aria-busy");
    const now = shown.querySelector("pre");
    if (now) now.scrollTop = top;
    if (inside && now) now.focus({preventScroll: true});
    say(right ? said.dataset.right : said.dataset.wrong.replace("{count}", faults));
  }

  // Once the hand rests, and only what is not said already: whoever listens is not talked into while typing.
  function say(words) {
    clearTimeout(saying);
    saying = setTimeout(() => { if (said.textContent !== words) said.textContent = words; }, SAY);
  }

  // The button sends the form: it is kept, and stands here again after the login.
  function ended() {
    over = true;
    const button = document.createElement("button");
    button.textContent = said.dataset.over;
    clearTimeout(saying);
    said.replaceChildren(button);
  }

  text.addEventListener("input", typed);
  document.getElementById("number").addEventListener("input", typed);
  form.addEventListener("submit", () => {
    over = true;
    clearTimeout(pause);
    if (asking) asking.abort();
  });
  addEventListener("pageshow", came => { if (came.persisted) over = false; });
})();
