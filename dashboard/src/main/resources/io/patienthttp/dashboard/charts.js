// The last hour, one bar a minute.

import { byId, number, duration } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const MINUTES = 60;
const HEIGHT = 120;
const WIDTH = 10;
const GAP = 2;

const errorsOf = (traffic) => traffic.clientErrors + traffic.serverErrors + traffic.timeouts + traffic.otherFailures;

function rect(className, x, y, height) {
  const made = document.createElementNS(SVG, "rect");
  made.setAttribute("class", className);
  for (const [name, value] of Object.entries({ x, y, width: WIDTH - GAP, height })) {
    made.setAttribute(name, value);
  }
  return made;
}

/** The minutes before now, oldest first; one in which nothing was done is null. */
function hour(live) {
  const current = Math.floor(Date.parse(live.at) / 60000);
  const known = new Map(live.minutes.map((minute) => [Math.round(Date.parse(minute.minute) / 60000), minute]));
  const last = Math.max(current, ...known.keys());
  return Array.from({ length: MINUTES }, (_, i) => known.get(last - MINUTES + 1 + i) ?? null);
}

export function showHour(live) {
  const minutes = hour(live);
  const highest = Math.max(1, ...minutes.map((minute) => minute?.requests ?? 0));
  const chart = byId("chart");
  chart.setAttribute("viewBox", `0 0 ${MINUTES * WIDTH} ${HEIGHT}`);
  chart.replaceChildren(...minutes.flatMap((minute, i) => {
    if (minute === null) {
      return [];
    }
    const errors = (errorsOf(minute) / highest) * (HEIGHT - 4);
    const good = (minute.requests / highest) * (HEIGHT - 4) - errors;
    return [rect("good", i * WIDTH, HEIGHT - errors - good, good), rect("bad", i * WIDTH, HEIGHT - errors, errors)];
  }));
  const all = minutes.filter((minute) => minute !== null);
  const total = all.reduce((sum, minute) => sum + minute.requests, 0);
  const errors = all.reduce((sum, minute) => sum + errorsOf(minute), 0);
  byId("chart-text").textContent = total === 0
    ? "Nothing was sent."
    : `${number(total)} requests, ${number(errors)} of them errors; at most ${number(highest)} in a minute, the slowest minute with p95 ${
      duration(Math.max(...all.map((minute) => minute.p95Ms)))}.`;
  showRates(minutes);
}

/** Of the last five minutes that are complete: the current one is still being counted. */
function showRates(minutes) {
  const recent = minutes.slice(-6, -1);
  const requests = recent.reduce((sum, minute) => sum + (minute?.requests ?? 0), 0);
  const errors = recent.reduce((sum, minute) => sum + (minute === null ? 0 : errorsOf(minute)), 0);
  byId("rate").textContent = number(requests / recent.length);
  byId("errors").textContent = requests === 0 ? "–" : `${number((100 * errors) / requests)} %`;
  byId("errors").classList.toggle("alarm", errors > 0);
}
