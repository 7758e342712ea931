// Keeps the list of calls up to date: asks every second, sends nothing while nothing happens (ETag), and goes on
// by itself after the connection was lost.
(() => {
  const calls = document.getElementById("calls");
  const state = document.getElementById("state");
  if (!calls || !calls.dataset.live || !state) return;

  const usual = 1000, longest = 10000;
  let pause = usual, etag = "";

  const tell = (online) => {
    state.classList.toggle("lost", !online);
    state.lastElementChild.textContent = online ? state.dataset.live : state.dataset.offline;
  };

  const replace = (html) => {
    const known = new Set([...calls.querySelectorAll(".call")].map((row) => row.id));
    const next = document.createElement("template");
    next.innerHTML = html;
    if (known.size) {
      for (const row of next.content.querySelectorAll(".call")) {
        if (!known.has(row.id)) row.classList.add("fresh");
      }
    }
    const focused = document.activeElement && document.activeElement.closest ? document.activeElement.closest(".call") : null;
    calls.replaceChildren(next.content);
    if (focused) {
      const again = document.getElementById(focused.id);
      if (again) again.querySelector(".number").focus({ preventScroll: true });
    }
  };

  const ask = async () => {
    try {
      const answer = await fetch(calls.dataset.live, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
      if (answer.status === 401) { location.href = "/login"; return; }
      if (answer.status === 200) {
        etag = answer.headers.get("ETag") || "";
        replace(await answer.text());
      } else if (answer.status !== 304) {
        throw new Error(String(answer.status));
      }
      pause = usual;
      tell(true);
    } catch {
      pause = Math.min(pause * 2, longest);
      tell(false);
    }
    if (!document.hidden) setTimeout(ask, pause);
    else document.addEventListener("visibilitychange", ask, { once: true });
  };

  setTimeout(ask, usual);
})();
