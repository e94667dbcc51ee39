// What makes pages quicker to use. Every page works without it.
"use strict";

(() => {
  const off = "chapelle-shortcuts-off";
  const typing = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;

  // One key: `/` goes to the search field. It can be switched off in the footer.
  const search = document.querySelector("input[type=search]");
  const isOff = () => { try { return localStorage.getItem(off) === "1"; } catch { return false; } };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || isOff()) return;
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });
  const note = document.querySelector("[data-shortcuts]");
  if (note && search) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    const say = () => { button.textContent = isOff() ? note.dataset.on : note.dataset.off; };
    button.addEventListener("click", () => {
      try { if (isOff()) localStorage.removeItem(off); else localStorage.setItem(off, "1"); } catch { return; }
      say();
    });
    say();
    note.append(button);
    note.hidden = false;
  }

  // In a list: arrows, or j and k, move between the rows' links once one of them has the focus.
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const list = event.target.closest("[data-list]");
    if (!step || !list || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const links = [...list.querySelectorAll("tbody th a")];
    const row = event.target.closest("tr");
    const here = links.findIndex((link) => link.closest("tr") === row);
    const next = links[here + step];
    if (next) { event.preventDefault(); next.focus(); }
  });

  // One box for all boxes of a list.
  for (const all of document.querySelectorAll("[data-check-all]")) {
    const boxes = () => document.querySelectorAll(`input[type=checkbox][name="${all.dataset.checkAll}"]`);
    all.closest("[hidden]")?.removeAttribute("hidden");
    all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; });
  }

  // A form that was changed and not sent asks before one leaves it.
  for (const form of document.querySelectorAll("form[data-guard]")) {
    let changed = form.dataset.guard === "changed";
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", (event) => { if (event.submitter?.formTarget !== "_blank") changed = false; });
    window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  }

  // A file dropped anywhere on its field is taken as one dropped on the button; of several none is, which is said.
  for (const drop of document.querySelectorAll(".drop")) {
    const input = drop.querySelector("input[type=file]");
    const note = document.createElement("span");
    note.className = "field-error";
    note.setAttribute("role", "alert");
    drop.append(note);
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = event.dataTransfer?.files ?? [];
      note.textContent = files.length > 1 ? drop.dataset.one ?? "" : "";
      if (files.length !== 1) return;
      input.files = files;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  // The page as it is now, or nothing where it cannot be had.
  const fetched = async () => {
    const answer = await fetch(window.location.href).catch(() => null);
    if (!answer?.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // Shows `fresh` in place of `part`: cell by cell where the rows are the same, so that who stands in one stays there.
  const show = (part, fresh) => {
    const rows = (of) => [...of.querySelectorAll("tbody tr")];
    const [old, now] = [rows(part), rows(fresh)];
    const key = (row) => row.querySelector("th")?.textContent;
    if (old.length === 0 || old.length !== now.length || old.some((row, index) => key(row) !== key(now[index]))) {
      const at = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.replaceChildren(...fresh.childNodes);
      if (at) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === at)?.focus();
      return;
    }
    old.forEach((row, index) => [...row.cells].forEach((cell, column) => {
      const other = now[index].cells[column];
      if (other && other.innerHTML !== cell.innerHTML) cell.replaceChildren(...other.childNodes);
    }));
  };

  // Progress as the server tells it, with the part of the page that lists what was done; when it is over the page is loaded
  // again and shows the outcome.
  const progress = document.querySelector("[data-progress]");
  if (progress && window.EventSource) {
    const part = document.querySelector("[data-progress-part]");
    let busy = false, again = false;
    const renew = async () => {
      if (!part || busy) { again = true; return; }
      busy = true;
      do {
        again = false;
        const fresh = (await fetched())?.querySelector("[data-progress-part]");
        if (fresh) show(part, fresh);
      } while (again);
      busy = false;
    };
    const source = new EventSource(progress.dataset.progress);
    source.addEventListener("progress", (event) => {
      const state = JSON.parse(event.data);
      const bar = progress.querySelector("progress");
      if (bar) { bar.max = Math.max(state.total, 1); bar.value = state.done; }
      const text = progress.querySelector("[data-progress-text]");
      if (text) text.textContent = state.text;
      renew();
    });
    source.addEventListener("end", () => { source.close(); window.location.reload(); });
  }

  // A part of a page that goes on while one looks at it is fetched again, as long as somebody is there.
  let active = Date.now();
  for (const event of ["keydown", "pointerdown", "scroll"]) document.addEventListener(event, () => { active = Date.now(); }, { passive: true });
  const live = document.querySelector("[data-live]");
  if (live) {
    const renew = async () => {
      if (document.hidden || live.contains(document.activeElement) || Date.now() - active > 30 * 60_000) return;
      const fresh = (await fetched())?.querySelector("[data-live]");
      if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
    };
    setInterval(renew, Number(live.dataset.live) * 1000);
  }

  // A session that nobody uses ends: it says so before, and goes on where somebody is still there.
  const session = document.querySelector("[data-session]");
  if (session) {
    let timer;
    const wait = () => { timer = setTimeout(() => { session.hidden = false; }, Number(session.dataset.session) * 1000); };
    session.querySelector("button").addEventListener("click", async () => {
      const answer = await fetch("/help").catch(() => null);
      if (answer?.ok && !answer.redirected) { session.hidden = true; clearTimeout(timer); wait(); } else window.location.reload();
    });
    wait();
  }

  // What went wrong is read first.
  document.getElementById("errors")?.focus();
})();
