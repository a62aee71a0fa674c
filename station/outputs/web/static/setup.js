// Setting up: each step asks for what it needs and ticks itself off.

import { ask, byId, desk, now, onLive, reason, show, stationNow, text, w } from "./desk.js";
import "./level.js";

const { step, after } = byId("step")?.dataset ?? {};
const onward = () => location.assign(after ? `/setup?step=${after}` : "/setup");

async function finish(choice) {
  if (await ask("setup", { step, done: true, choice })) {
    if (choice === "silent") {
      show("sound-help", byId("sound-trouble").hidden);
      return;
    }
    onward();
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do=setup]");
  if (button) finish(button.dataset.choice ?? "");
});

// --- calibration -------------------------------------------------------------------------------------

let running = null;
let taken = false; // once it is, going on is the one main button
const before = Boolean(byId("calibration-before")?.dataset.measured); // then there is nothing to put off

function calibrating(record) {
  running = record;
  byId("calibration-done").parentElement.hidden = !record;
  // The short measurement is no four minutes: it has a title of its own.
  const daily = Boolean(record?.step.startsWith("daily_"));
  text("calibration-title", w(daily ? "setup.daily_title" : "setup.calibration_title"));
  show("calibration-lead", !daily);
  show("calibration-before", !record && !taken);
  show("daily", !record); // its one button is not for now
  text("calibration-words", record ? record.words[desk.language] : "");
  for (const button of document.querySelectorAll("[data-when]")) {
    const { when, move } = button.dataset;
    if (when === "idle") button.hidden = Boolean(record);
    if (when === "taken") button.hidden = Boolean(record) || !taken;
    if (when === "not_taken") button.hidden = taken || before;
    if (when === "running") button.hidden = !record || (move !== "abort" && !record.can.includes(move));
  }
  const start = document.querySelector("[data-move=start]");
  start.classList.toggle("primary", !(taken || before));
  start.textContent = w(taken || before ? "setup.calibration_again" : "setup.calibration_start");
}

function clock() {
  const done = byId("calibration-done");
  if (!done) return;
  const share = running ? (stationNow() - running.at) / running.seconds : 0;
  done.style.transform = `scaleX(${Math.min(1, Math.max(0, share))})`;
}

const EVENTS = {
  calibration_step: (event) => {
    text("calibration-result", "");
    calibrating(event);
    // The short one is begun further down.
    for (const id of ["calibration-title", "calibration-words"]) byId(id).scrollIntoView({ block: "nearest" });
  },
  calibration_done: (event) => {
    taken ||= !event.daily;
    calibrating(null);
    text("calibration-result", w(event.daily ? "setup.daily_taken" : "setup.calibration_taken"));
  },
  calibration_refused: (event) => {
    calibrating(null);
    text("calibration-result", w("setup.calibration_kept", { reason: reason(event) }));
  },
  button: (event) => {
    document.querySelector(`[data-gesture=${event.gesture}]`)?.classList.add("done");
    text("button-now", w(`gesture.${event.gesture}`));
  },
  button_held: (event) => event.stage !== "none" && text("button-now", w(`gesture.held_${event.stage}`)),
};

onLive((message, whole) => {
  if (whole && step === "calibration") calibrating(message.calibration);
  for (const event of message.events) {
    if (event.event.startsWith("calibration") && step !== "calibration") continue;
    EVENTS[event.event]?.(event);
  }
  if (step === "sound") sound(now.state);
  clock();
});

// --- sound ---------------------------------------------------------------------------------------------

// Only the sample that was asked for here is shown, not what may have been running before.
let sampled = false;
document.querySelector("[data-step=sound] [data-do=start]")?.addEventListener("click", () => (sampled = true));

function sound(state) {
  text("saying", sampled && state.technique === "shoulder-drop" ? state[`saying_${desk.language}`] : "");
  const which = Object.keys(state.troubles).indexOf("audio");
  text("sound-trouble", which < 0 ? "" : state[`troubles_${desk.language}`][which]);
  show("sound-trouble", which >= 0);
  if (which >= 0) show("sound-help", false);
}

// --- the passphrase -----------------------------------------------------------------------------------

byId("pass-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await ask("passphrase", { passphrase: byId("new-passphrase").value })) {
    text("pass-result", w("setup.pass_done"));
    setTimeout(() => location.reload(), 1500);
  }
});

document.querySelector("[data-do=open]")?.addEventListener("click", async () => {
  if (await ask("passphrase", { passphrase: "" })) setTimeout(() => location.reload(), 1500);
});

// --- wishes -------------------------------------------------------------------------------------------

async function keep(field, value) {
  text("wish-result", "");
  if (!field.checkValidity()) return field.reportValidity();
  if (await ask("prefer", { [field.dataset.wish]: value })) text("wish-result", w("wishes.kept"));
}

for (const field of document.querySelectorAll("[data-wish]")) {
  if (field.dataset.wish === "daily") continue;
  field.addEventListener("change", () =>
    keep(field, field.type === "checkbox" ? field.checked : field.tagName === "SELECT" || field.type === "text" ? field.value : Number(field.value)),
  );
}

// The small pause is two fields: what it goes by, and a time for the one choice that needs it.
const daily = byId("wish-daily");
const at = byId("daily-at");
function dailyTime() {
  show("daily-at-row", daily.value === "time");
}
function keepDaily() {
  dailyTime();
  if (daily.value !== "time") keep(daily, daily.value);
  else if (at.reportValidity()) keep(daily, at.value);
}
if (daily) {
  dailyTime();
  daily.addEventListener("change", keepDaily);
  at.addEventListener("change", keepDaily);
  daily.form.addEventListener("submit", (event) => event.preventDefault());
}
