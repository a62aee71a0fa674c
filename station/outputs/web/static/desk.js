// What every page shares: the words, the way to the station, the live stream, and the bar that is on every page.

export const desk = JSON.parse(document.getElementById("desk").textContent);
export const calm = matchMedia("(prefers-reduced-motion: reduce)");
export const byId = (id) => document.getElementById(id);

/** The sentence of this key, with {names} filled in. */
export function w(key, values = {}) {
  const said = desk.words[key] ?? key;
  return said.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function text(id, said) {
  const element = byId(id);
  if (element && element.textContent !== said) element.textContent = said;
}

export function show(id, visible) {
  const element = byId(id);
  if (element) element.hidden = !visible;
}

export function number(value, digits = 1) {
  return value.toLocaleString(desk.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function minutes(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Ask the station for something; true when it has heard it. */
export async function ask(what, body = {}) {
  try {
    const answer = await fetch(`/api/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json", "accept-language": desk.language, "x-desk-token": desk.token },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      if (refused) untoast(); // what went wrong before is mended
      return true;
    }
    if (answer.status === 401) location.assign("/login");
    const said = await answer.json().catch(() => ({}));
    toast(w("live.failed", { why: said.error ?? answer.status }));
    refused = true;
  } catch {
    toast(w("live.lost"));
  }
  return false;
}

let toastTimer = 0;
let refused = false; // does the toast say that something did not work?
const untoast = () => byId("toast").classList.remove("shown");
export function toast(said, lasts = 5000) {
  refused = false;
  const element = byId("toast");
  element.textContent = said;
  element.classList.add("shown");
  clearTimeout(toastTimer);
  if (lasts) toastTimer = setTimeout(untoast, lasts);
}

// --- the live stream -------------------------------------------------------------------------------

const listeners = [];
let source = null;
let lost = false;
let lastAt = 0;

/** Every picture, and everything new: on(message, isWhole). */
export function onLive(listener) {
  listeners.push(listener);
}

export const now = { state: null, offset: 0 };

function hear(event) {
  const message = JSON.parse(event.data);
  const whole = "step" in message;
  if (lost) {
    lost = false;
    toast(w("live.back"), 2500);
  }
  now.offset = message.now - Date.now() / 1000;
  // A picture and the first message after it may hold the same reading.
  message.readings = whole ? message.readings : message.readings.filter((reading) => reading[0] > lastAt);
  if (message.readings.length) lastAt = message.readings[message.readings.length - 1][0];
  if (message.state) now.state = message.state;
  for (const listener of listeners) listener(message, whole);
}

function connect() {
  if (source) return;
  source = new EventSource("/api/live");
  source.onmessage = hear;
  source.onerror = () => {
    if (!lost) {
      lost = true;
      toast(w("live.lost"), 0);
    }
    if (source && source.readyState === EventSource.CLOSED) {
      // Refused rather than cut: signed out, or too many pages.  Look again, gently.
      source = null;
      setTimeout(connect, 5000);
    }
  };
}

function disconnect() {
  source?.close();
  source = null;
}

/** The station's clock, in seconds since 1970. */
export const stationNow = () => Date.now() / 1000 + now.offset;

// A page nobody looks at needs no stream; six open tabs would use up the browser's connections.
document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
addEventListener("pagehide", disconnect);
addEventListener("pageshow", () => document.hidden || connect());

// --- the bar and the state's word, on every page ------------------------------------------------------

const SHOWN = { session_started: 1, session_ended: 1 };

onLive((message) => {
  const state = now.state;
  if (message.state) {
    const pill = byId("state-word");
    if (pill) {
      text("state-word", w(`state.${state.state}`));
      pill.dataset.state = state.state;
    }
    const bar = byId("bar");
    if (bar) {
      bar.hidden = !state.technique;
      document.body.classList.toggle("with-bar", Boolean(state.technique));
      text("bar-title", desk.titles[state.technique] ?? state.technique);
    }
  }
  text("bar-left", left(state));
  for (const event of message.events) {
    if (event.event === "mark") toast(w("live.kept"));
    if (event.event === "refused") toast(w("live.failed", { why: reason(event) }));
    if (SHOWN[event.event]) document.dispatchEvent(new CustomEvent("desk:session", { detail: event }));
  }
});

/** How long the running exercise still takes, in words. */
export function left(state) {
  if (!state?.technique) return "";
  if (state.paused) return w("live.paused");
  return state.session_ends ? w("live.left", { time: minutes(state.session_ends - stationNow()) }) : "";
}

/** The reason in the page's language. */
export const reason = (event) => (desk.language === "de" && event.reason_de) || event.reason || "";

const BODIES = {
  start: (button) => ({ technique: button.dataset.technique, length: button.dataset.length, language: desk.voice }),
  guess: (button) => ({ value: Number(button.dataset.value) }),
  like: (button) => ({ technique: button.dataset.technique, on: button.dataset.on !== "no" }),
  exclude: (button) => ({ technique: button.dataset.technique, on: button.dataset.on !== "no" }),
  proposal: (button) => ({ accepted: button.dataset.accepted === "yes" }),
  answer: (button) => ({ answer: button.dataset.answer }),
  quiet: () => ({ minutes: now.state?.quiet ? 0 : 60 }),
  context: (button) => ({ context: button.dataset.context }),
  private: () => ({ on: !now.state?.private }),
  prefer: (button) => ({ [button.dataset.name]: JSON.parse(button.dataset.value) }),
  feeling: (button) => ({ [button.dataset.which]: Number(button.dataset.value) }),
  unfeel: (button) => ({ feeling: Number(button.dataset.feeling) }),
  feelings: (button) => ({ on: button.dataset.on === "true" }),
  calibrate: (button) => ({ action: button.dataset.move }),
};
const OWN = new Set(["setup", "open"]);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-do]");
  if (!button || OWN.has(button.dataset.do)) return;
  const done = await ask(button.dataset.do, BODIES[button.dataset.do]?.(button));
  // What is asked of the station itself takes a moment before a newly loaded page shows it.
  if (done && button.dataset.reload && button.dataset.do !== "mark") setTimeout(() => location.reload(), 300);
  if (done && button.dataset.do === "start" && location.pathname.startsWith("/exercises")) location.assign("/");
});

document.documentElement.classList.add("alive");
if (!document.hidden) connect();
