// The page “Now”: state and why, the offer, and the exercise with its breath.

import { byId, calm, desk, left, now, number, onLive, reason, show, stationNow, text, w } from "./desk.js";
import "./level.js";

const ball = document.querySelector(".breath-ball");
const BIG = 1;
const SMALL = 0.42;
let breath = null;

function breathe(step) {
  const inward = step.kind === "breath_in";
  const passed = Math.max(0, stationNow() - step.at);
  const lasts = step.seconds - passed;
  if (lasts <= 0) return;
  byId("session").classList.add("breathes");
  text("breath-word", w(inward ? "live.breathe_in" : "live.breathe_out"));
  breath?.cancel();
  // Whoever wants less movement gets a slow change of light instead of one of size.
  const [from, to] = inward ? [SMALL, BIG] : [BIG, SMALL];
  const frames = calm.matches
    ? [{ opacity: 0.35 + 0.65 * from }, { opacity: 0.35 + 0.65 * to }]
    : [{ transform: `scale(${from})` }, { transform: `scale(${to})` }];
  breath = ball.animate(frames, { duration: step.seconds * 1000, easing: "ease-in-out", fill: "forwards" });
  breath.currentTime = passed * 1000;
  document.dispatchEvent(new CustomEvent("desk:breath", { detail: step }));
}

function still() {
  breath?.cancel();
  breath = null;
  byId("session").classList.remove("breathes");
  text("breath-word", "");
}

function step(event) {
  if (event.kind === "breath_in" || event.kind === "breath_out") breathe(event);
  else if (event.kind === "say" || event.kind === "silence") still();
}

const EVENTS = {
  session_started: (event) => {
    still();
    session.seconds = event.seconds;
  },
  session_step: step,
  session_paused: () => breath?.pause(),
  session_resumed: () => breath?.play(),
  session_closing: (event) => {
    still();
    session.seconds = event.seconds;
  },
  session_ended: () => {
    still();
    show("guess", false);
  },
  calibration_step: reference,
  calibration_done: () => reference(null, w("live.reference_taken")),
  calibration_refused: (event) => reference(null, w("live.reference_kept", { reason: reason(event) })),
  guess_wanted: guessing,
  reveal: guessing,
  gap: () => !calm.matches && byId("level-bar").animate([{ filter: "brightness(1.25)" }, { filter: "none" }], 600),
};

const session = { seconds: 0 };

// The bar with its “Stop” is for whoever does not see the exercise's own: both at once would be one too many.
const covered = parseFloat(getComputedStyle(document.body).paddingBottom) || 0;
new IntersectionObserver((seen) => byId("bar").classList.toggle("needless", seen[seen.length - 1].isIntersecting), {
  rootMargin: `0px 0px -${Math.round(covered)}px 0px`,
  threshold: 1,
}).observe(document.querySelector("#session .stop"));

/** The cues that a proposal rests on; the list is made anew only when it is another one. */
let shownWindows = "";
function windows(list) {
  show("proposal-windows", list.length > 0);
  const key = JSON.stringify(list);
  if (key === shownWindows) return;
  shownWindows = key;
  byId("windows").replaceChildren(...list.map(oneWindow));
}

/** Local time of day. */
const clock = (at) => new Date(1000 * at).toLocaleTimeString(desk.language, { hour: "2-digit", minute: "2-digit", hour12: false });

function oneWindow(each) {
  const day = new Date(1000 * each.since);
  const date = day.toLocaleDateString(desk.language === "en" ? "en-GB" : "de", { weekday: "long", year: "numeric", month: "long", day: "numeric" });
  const two = (figure) => String(figure).padStart(2, "0");
  const link = document.createElement("a");
  link.href = `/day?date=${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  link.textContent = `${date}, ${clock(each.since)}–${clock(each.until)}`;
  const measured = document.createElement("span");
  measured.className = "soft figure";
  measured.textContent = desk.language === "de" ? each.reason_de : each.reason_en;
  const item = document.createElement("li");
  item.append(link, measured);
  return item;
}

function picture(state) {
  // What is not pressing steps back while an exercise or an offer stands here.
  const busy = Boolean(state.technique || state.cue);
  show("session", Boolean(state.technique));
  if (state.technique) text("session-title", desk.titles[state.technique] ?? state.technique);
  text("pause-word", w(state.paused ? "live.resume" : "live.pause"));
  show("offer", Boolean(state.cue));
  if (state.cue) text("offer-text", w(`live.offer_text_${state.cue_kind || "tension"}`));
  show("wrong", !["daily", "movement"].includes(state.cue_kind));
  show("question-hint", state.asks && !state.private && !busy);
  show("setup-hint", !busy);
  for (const name of ["call", "focus", "away", "quiet"]) show(`house-${name}`, state.contexts.includes(name) && !state.private && !busy);
  show("proposal", Boolean(state.proposal));
  if (state.proposal) {
    text("proposal-text", w(`live.proposal_${state.proposal}`));
    text("proposal-why", desk.language === "de" ? state.proposal_why_de : state.proposal_why_en);
    windows(state.proposal_windows);
  }
  text("saying", state[`saying_${desk.language}`]);
  byId("worse").dataset.technique = state.technique;
  early(state);
  text("state-long", w(`state.long_${state.state}`));
  // What was once the reason of a cue stays only with its time.
  const when = state.why_withheld ? "live.why_withheld" : state.cue ? "live.why_now" : "live.why_cue";
  text("why-when", w(when, { time: state.why_at ? clock(state.why_at) : "" }));
  text("why", state[`why_plain_${desk.language}`]);
  text("why-figures", state[`why_beside_${desk.language}`]);
  show("why-line", Boolean(state.why));
  text("quiet-word", w(state.quiet ? "live.quiet_off" : "live.quiet_on"));
  text("private-word", w(state.private ? "live.private_off" : "live.private_on"));
  const troubles = state[`troubles_${desk.language}`];
  const pressing = state.troubles_small.includes(false);
  show("trouble", state.state === "sensor_trouble" || pressing || (troubles.length > 0 && !busy));
  const sensor = state[`sensor_${desk.language}`];
  text("trouble-text", state.state === "sensor_trouble" ? sensor || w(`quality.${state.signal_quality}`) : "");
  show("trouble-title", state.state === "sensor_trouble" || pressing);
  outputs(troubles, state.troubles_small);
}

/** What is wrong with the outputs; made anew only when it is something else, so that what was opened stays open. */
let shownTroubles = "";
function outputs(troubles, small) {
  const key = JSON.stringify([troubles, small]);
  if (key === shownTroubles) return;
  shownTroubles = key;
  byId("trouble-outputs").replaceChildren(
    ...troubles.map((said, n) => {
      const sentence = Object.assign(document.createElement("p"), { textContent: said });
      if (!small[n]) return sentence;
      const more = document.createElement("details");
      more.append(Object.assign(document.createElement("summary"), { textContent: w("live.no_speaker") }), sentence);
      return more;
    }),
  );
}

/** For a minute after an exercise was broken off: open eyes or movement instead, and never again, if one likes. */
const EARLY_S = 60;
function early(state) {
  const name = state.ended_early;
  const recent = Boolean(name) && stationNow() - state.ended_early_at < EARLY_S;
  show("early", recent && !state.cue && !state.calibrating);
  for (const button of document.querySelectorAll("#early .instead")) {
    const other = button.dataset.technique;
    button.hidden = other === name || state.left_out.includes(other);
  }
  byId("early-worse").dataset.technique = name;
  byId("early-worse").hidden = state.left_out.includes(name);
}

/** Today's figures, a moment after something that changes them: by then the history has it. */
let soon = 0;
function today() {
  clearTimeout(soon);
  soon = setTimeout(async () => {
    const answer = await fetch("/api/today").catch(() => null);
    if (!answer?.ok) return;
    const figures = await answer.json();
    if (figures.rest !== null) text("today-rest", `${Math.round(100 * figures.rest)}${desk.language === "de" ? "\u202f%" : "%"}`);
    const stretch = Math.round(figures.longest_stretch_s / 60);
    if (figures.longest_stretch_s)
      text("today-stretch", stretch < 60 ? `${stretch} min` : `${Math.floor(stretch / 60)} h ${String(stretch % 60).padStart(2, "0")} min`);
    for (const key of ["sessions", "marks", "cues"]) text(`today-${key}`, String(figures[key]));
  }, 1500);
}
const COUNTED = new Set(["minute", "session_ended", "mark", "cue"]);

/** A calibration is going on: what to do now, or how it ended. */
function reference(step, result = "") {
  show("reference", true);
  show("reference-buttons", Boolean(step));
  if (step) text("reference-title", w(step.step.startsWith("daily") ? "live.reference" : "live.calibration"));
  text("reference-words", step ? step.words[desk.language] : "");
  text("reference-result", result);
}

function guessing(event) {
  show("guess", true);
  show("guess-buttons", event.event === "guess_wanted");
  show("guess-word", event.event === "guess_wanted");
  const measured = event.measured === null || event.measured === undefined ? w("figures.unknown") : number(event.measured, 0);
  const told = event.guess === null || event.guess === undefined ? w("live.revealed", { measured }) : w("live.revealed_guess", { guess: event.guess, measured });
  text("guess-result", event.event === "reveal" ? told : "");
}

function progress() {
  const state = now.state;
  if (!state?.technique) return;
  text("session-left", left(state));
  if (state.session_ends) done(state.session_ends - stationNow());
}

/** How much of the whole exercise is done when so many seconds of it are left. */
function done(remaining) {
  if (!session.seconds || remaining === null) return;
  const share = 1 - remaining / session.seconds;
  byId("session-done").style.transform = `scaleX(${Math.min(1, Math.max(0, share))})`;
}

onLive((message, whole) => {
  if (message.state) picture(message.state);
  if (whole && message.step && !now.state.paused) step(message.step);
  if (whole && message.session) {
    session.seconds = message.session.seconds;
    if (now.state.paused) done(message.session.left);
  }
  if (whole && message.calibration) reference(message.calibration);
  for (const event of message.events) {
    EVENTS[event.event]?.(event);
    if (COUNTED.has(event.event)) today();
    if (event.event === "session_started") byId("session").scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  }
  progress();
  if (!byId("early").hidden) early(now.state); // it goes by itself, though nothing else changes
});
