// The live level: a word, a bar, and the last minute as a line.

import { byId, desk, now, number, onLive, stationNow, text, w } from "./desk.js";

const MINUTE = 60;
const FULL = 40; // %RVE at the right end and at the top
const REST = 5;
const LOAD = 10;

/** Where a load stands, 0..1: square root, so that the low end, where the difference lives, has room. */
const place = (level) => Math.sqrt(Math.min(1, Math.max(0, level / FULL)));

const canvas = byId("trace");
const ink = canvas?.getContext("2d");
let readings = [];
let colours = null;
let due = false;

function look() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  colours = { line: colour("--accent"), rest: colour("--rest-zone"), load: colour("--warm"), grid: colour("--line") };
}

function fit() {
  if (!canvas) return;
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(devicePixelRatio || 1, 2);
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(box.height * scale);
  look();
  draw();
}

function draw() {
  due = false;
  paintBar();
  if (!ink || !canvas.width) return;
  const { width, height } = canvas;
  const end = readings.length ? Math.max(readings[readings.length - 1][0], stationNow() - 1) : stationNow();
  const x = (at) => width * (1 - (end - at) / MINUTE);
  const y = (level) => height - 3 - place(level) * (height - 6);
  ink.clearRect(0, 0, width, height);
  ink.fillStyle = colours.rest;
  ink.fillRect(0, y(REST), width, height - y(REST));
  ink.strokeStyle = colours.load;
  ink.lineWidth = 1;
  ink.setLineDash([4, 6]);
  ink.beginPath();
  ink.moveTo(0, y(LOAD));
  ink.lineTo(width, y(LOAD));
  ink.stroke();
  ink.setLineDash([]);
  ink.strokeStyle = colours.line;
  ink.lineWidth = Math.max(2, height / 70);
  ink.lineJoin = ink.lineCap = "round";
  ink.beginPath();
  let down = false;
  let last = 0;
  for (const [at, level] of readings) {
    if (level === null) {
      down = false; // a hole in what is known is a hole in the line
      continue;
    }
    if (down && at - last < 1) ink.lineTo(x(at), y(level));
    else ink.moveTo(x(at), y(level));
    down = true;
    last = at;
  }
  ink.stroke();
  tell();
}

function paintBar() {
  const fill = byId("level-fill");
  if (!fill) return;
  const newest = readings[readings.length - 1];
  const level = newest && !now.state?.private ? newest[1] : null;
  fill.style.transform = `scaleX(${level === null ? 0 : place(level)})`;
  fill.classList.toggle("rests", Boolean(newest?.[2]));
  fill.classList.toggle("loaded", level !== null && level >= LOAD);
  text("level-word", word(level, newest));
  text("level-number", level === null || !desk.numbers ? "" : `${number(level)} %RVE`);
}

function word(level, newest) {
  if (now.state?.private) return w("live.word_private");
  if (level === null) return w("live.word_unknown");
  if (newest[2]) return w("live.word_rest");
  return w(now.state?.tension ? "live.word_tension" : "live.word_active");
}

/** For whoever measures how far the picture is behind the shoulder. */
function tell() {
  const newest = readings[readings.length - 1];
  if (newest) document.dispatchEvent(new CustomEvent("desk:drawn", { detail: { centre: newest[0], decided: newest[4] } }));
}

onLive((message, whole) => {
  if (whole) readings = message.readings;
  else readings.push(...message.readings);
  const oldest = stationNow() - MINUTE - 2;
  while (readings.length && readings[0][0] < oldest) readings.shift();
  if (now.state?.private) readings = [];
  text("signal", w("live.signal", { quality: w(`quality.${now.state.signal_quality}`) }));
  if (!due) {
    due = true;
    requestAnimationFrame(draw);
  }
});

addEventListener("resize", fit);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", fit);
fit();
