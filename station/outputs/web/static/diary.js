// The diary: words are kept by themselves, a moment after the last key.

import { ask, onLive, w } from "./desk.js";

const WAIT = 800;
const timers = new Map();

function keep(area) {
  clearTimeout(timers.get(area));
  timers.delete(area);
  if (area.value === area.dataset.kept) return;
  const status = area.parentElement.querySelector(".saved");
  const text = area.value;
  status.textContent = w("live.saving");
  ask("annotate", { mark: Number(area.dataset.mark), text }).then((done) => {
    if (done) area.dataset.kept = text;
    status.textContent = done ? w("live.saved") : "";
  });
}

for (const area of document.querySelectorAll("textarea[data-mark]")) {
  area.dataset.kept = area.value;
  area.addEventListener("input", () => {
    clearTimeout(timers.get(area));
    timers.set(area, setTimeout(() => keep(area), WAIT));
  });
  area.addEventListener("blur", () => keep(area));
}

// Words that are still waiting go with the page.
addEventListener("pagehide", () => [...timers.keys()].forEach(keep));

onLive((message) => {
  // A mark is on the disk a moment after it is told; nobody who is writing is interrupted.
  const writing = document.activeElement?.matches("textarea");
  if (message.events.some((event) => ["mark", "observing"].includes(event.event)) && !writing) setTimeout(() => location.reload(), 700);
});
