// Keys, copying and live progress. Every page can be read without this file.
"use strict";
const rows = [...document.querySelectorAll(".list tr")].filter((row) => row.querySelector("a.go"));
let chosen = -1;

function choose(step) {
  const near = document.getElementById(step > 0 ? "following" : "previous");
  if (near) { location.assign(near.href); return; }
  if (!rows.length) return;
  if (chosen + step >= rows.length) { document.getElementById("more")?.click(); return; }
  rows[chosen]?.classList.remove("on");
  chosen = Math.max(0, chosen + step);
  rows[chosen].classList.add("on");
  rows[chosen].querySelector("a.go").focus();
}

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") choose(1);
  else if (event.key === "k") choose(-1);
  else if (event.key === "/" && document.getElementById("search")) {
    event.preventDefault();
    document.getElementById("search").focus();
  } else if (event.key === "?") document.getElementById("keys").showModal();
});

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const text = button.parentNode.querySelector(".copied").textContent;
    await navigator.clipboard.writeText("link" in button.dataset ? location.origin + text : text);
    button.textContent = button.dataset.copied;
  });
}

for (const place of document.querySelectorAll("[data-progress]")) {
  let before = null;
  const look = async () => {
    const response = await fetch(place.dataset.progress);
    if (!response.ok) return;
    const now = { ...(await response.json()), at: performance.now() };
    const words = [now.total ? `${now.done} / ${now.total}` : `${now.done}`];
    const rate = before && (1000 * (now.done - before.done)) / (now.at - before.at);
    if (rate > 0) {
      words.push(`${rate.toFixed(1)} ${place.dataset.rate}`);
      if (now.total) words.push(`${Math.ceil((now.total - now.done) / rate)} s ${place.dataset.left}`);
    }
    if (now.errors) words.push(`${now.errors} ${place.dataset.errors}`);
    place.querySelector(".figures").textContent = words.join(" · ");
    const bar = place.querySelector("progress");
    if (bar && now.total) bar.value = now.done;
    before ??= now;
    if (now.status === "running") setTimeout(look, 2000);
    else location.reload();
  };
  setTimeout(look, 1000);
}
