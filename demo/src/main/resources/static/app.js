// Polls one JSON document and writes it into the page. All data goes through textContent.

const RUNNING_INTERVAL = 300;
const IDLE_INTERVAL = 1500;
const HIDDEN_INTERVAL = 5000;

const byId = (id) => document.getElementById(id);
const sides = ["blocking", "patient"].map((name) => ({
  name,
  root: byId(name),
  value: (key) => byId(name).querySelector(`[data-value="${key}"]`),
  canvas: byId(name).querySelector("canvas"),
}));

const numbers = new Intl.NumberFormat("en");
let highest = 0;
let timer = 0;
let last = null;

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const json = await response.json();
  if (!response.ok) {
    throw new Error(json.error ?? `The server answered ${response.status}.`);
  }
  return json;
}

function showError(element, error) {
  element.textContent = error ? error.message : "";
  element.hidden = !error;
}

// --- polling

async function poll() {
  clearTimeout(timer);
  let next = IDLE_INTERVAL;
  try {
    const live = await call("api/live");
    if (last === null && live.comparison !== null) {
      choose(live.comparison);
    }
    last = live;
    byId("connection").textContent = "";
    show(last);
    if (isRunning(last.comparison) || last.stats.inFlight > 0) {
      next = RUNNING_INTERVAL;
    }
  } catch (error) {
    byId("connection").textContent = "The demo does not answer; trying again. What was enqueued is kept.";
  }
  timer = setTimeout(poll, document.hidden ? HIDDEN_INTERVAL : next);
}

/** A page that is opened or loaded again in the middle of a run starts with its choices. */
function choose({ requests, delay }) {
  byId("requests").value = String(requests);
  byId("delay").value = `${delay}s`;
  for (const id of ["requests", "delay"]) {
    if (byId(id).selectedIndex < 0) {
      byId(id).selectedIndex = 1;
    }
  }
}

function isRunning(comparison) {
  return comparison !== null && (comparison.blocking.running || comparison.patient.running);
}

function show(live) {
  showComparison(live.comparison, live.stats);
  showStats(live.stats);
  showOutcomes(live.outcomes);
}

// --- side by side

function showComparison(comparison, stats) {
  byId("start").disabled = isRunning(comparison);
  byId("stop").disabled = comparison === null || !comparison.blocking.running;
  if (comparison === null) {
    drawRest();
    return;
  }
  for (const side of sides) {
    const answered = side.name === "patient" ? stats.states.COMPLETED ?? 0 : 0;
    showSide(side, comparison[side.name], comparison.requests, answered);
  }
  byId("verdict").textContent = verdict(comparison);
}

function showSide(side, state, requests, completed) {
  const ended = state.done + state.failed;
  const left = requests - ended;
  const rate = state.seconds > 0 ? state.done / state.seconds : 0;
  side.value("done").textContent = numbers.format(state.done);
  side.value("of").textContent = `of ${numbers.format(requests)} ${side.name === "patient" ? "delivered" : "answered"}`
    + (state.failed > 0 ? `, ${numbers.format(state.failed)} failed` : "");
  side.value("inFlight").textContent = numbers.format(state.inFlight);
  side.value("rate").textContent = rate < 10 ? rate.toFixed(1) : numbers.format(Math.round(rate));
  side.value("time").textContent = `${state.seconds.toFixed(1)} s`;
  side.value("left").textContent = !state.running
    ? (left > 0 ? "stopped" : "done")
    : rate > 0 ? `~${numbers.format(Math.ceil(left / rate))} s` : "–";
  const answered = Math.min(completed, left);
  const inFlight = Math.min(state.inFlight, left - answered);
  const waiting = left - answered - inFlight;
  side.canvas.setAttribute("aria-label",
    `${ended} done, ${answered} answered, ${inFlight} in flight, ${waiting} waiting`);
  draw(side.canvas, [ended, answered, inFlight, waiting]);
}

function verdict({ blocking, patient, requests }) {
  if (patient.running || patient.done < requests) {
    return "";
  }
  const seconds = patient.seconds.toFixed(1);
  if (blocking.running) {
    return `Patient HTTP delivered all ${numbers.format(requests)} after ${seconds} s.`;
  }
  if (blocking.done < requests) {
    return `Patient HTTP: all ${numbers.format(requests)} after ${seconds} s. Blocking: stopped at ${numbers.format(blocking.done)}.`;
  }
  const factor = blocking.seconds / patient.seconds;
  return `${blocking.seconds.toFixed(1)} s against ${seconds} s: ${factor.toFixed(factor < 10 ? 1 : 0)} times as fast.`;
}

/** What a run would look like before it starts. */
function drawRest() {
  sides.forEach((side) => draw(side.canvas, [0, 0, 0, Number(byId("requests").value)]));
}

const COLOURS = ["--done", "--answered", "--flight", "--waiting"];

/** One dot for each request, as large as they fit; parts says how many there are of each colour. */
function draw(canvas, parts) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const count = parts.reduce((sum, part) => sum + part, 0);
  let columns = Math.ceil(Math.sqrt((count * width) / height));
  while (Math.ceil(count / columns) * (width / columns) > height) {
    columns++;
  }
  const cell = width / columns;
  const radius = Math.min(cell * 0.36, 7);
  const style = getComputedStyle(document.documentElement);
  let i = 0;
  parts.forEach((part, index) => {
    context.fillStyle = style.getPropertyValue(COLOURS[index]);
    for (const end = i + part; i < end; i++) {
      context.beginPath();
      context.arc((i % columns) * cell + cell / 2, Math.floor(i / columns) * cell + cell / 2, radius, 0, 2 * Math.PI);
      context.fill();
    }
  });
}

// --- right now

function showStats(stats) {
  highest = Math.max(highest, stats.inFlight);
  const scale = Math.max(1000, highest);
  byId("gauge-value").textContent = numbers.format(stats.inFlight);
  byId("gauge-highest").textContent = numbers.format(highest);
  byId("gauge-fill").style.width = `${(100 * stats.inFlight) / scale}%`;
  byId("gauge").setAttribute("aria-valuenow", stats.inFlight);
  byId("gauge").setAttribute("aria-valuemax", scale);
  for (const element of document.querySelectorAll("[data-state]")) {
    element.textContent = numbers.format(stats.states[element.dataset.state] ?? 0);
  }
  for (const element of document.querySelectorAll("[data-stat]")) {
    element.textContent = numbers.format(stats[element.dataset.stat]);
  }
  document.querySelector('[data-stat="duplicates"]').classList.toggle("alarm", stats.duplicates > 0);
  document.querySelector('[data-state="DEAD"]').classList.toggle("alarm", (stats.states.DEAD ?? 0) > 0);
}

function cell(text, className) {
  const element = document.createElement("td");
  element.textContent = text;
  element.className = className;
  return element;
}

/** Of this server only the path: the column is narrow, and the tooltip has all of it. */
function shortUrl(url) {
  return url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length) : url.replace(/^https?:\/\//, "");
}

function showOutcomes(outcomes) {
  if (outcomes.length === 0) {
    return;
  }
  byId("outcomes").replaceChildren(...outcomes.map((outcome) => {
    const row = document.createElement("tr");
    const pill = document.createElement("span");
    pill.className = `pill ${outcome.good ? "good" : "bad"}`;
    pill.textContent = outcome.result.toLowerCase().replaceAll("_", " ");
    const result = document.createElement("td");
    result.append(pill);
    const url = cell(`${outcome.method} ${shortUrl(outcome.url)}`, "url");
    url.title = `${outcome.url}\n${outcome.requestId}`;
    row.append(result, url, cell(`${outcome.duration.toFixed(2)} s`, ""));
    return row;
  }));
}

// --- forms

byId("compare").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("start").disabled = true;
  try {
    await call("api/comparison", { requests: Number(byId("requests").value), delay: byId("delay").value });
    showError(byId("compare-error"), null);
  } catch (error) {
    showError(byId("compare-error"), error);
  }
  poll();
});

byId("stop").addEventListener("click", async () => {
  await call("api/comparison/stop", {}).catch((error) => showError(byId("compare-error"), error));
  poll();
});

function headers(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon < 1) {
      throw new Error(`A header must be "Name: value", was "${line}".`);
    }
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  }));
}

let following = 0;

byId("send").addEventListener("submit", async (event) => {
  event.preventDefault();
  const turn = ++following;
  byId("send-outcome").hidden = true;
  byId("send-state").textContent = "";
  try {
    const request = { method: byId("method").value, url: byId("url").value, headers: headers(byId("headers").value) };
    if (byId("body").value !== "") {
      request.body = byId("body").value;
    }
    const { id } = await call("api/requests", request);
    showError(byId("send-error"), null);
    await follow(id, turn);
  } catch (error) {
    showError(byId("send-error"), error);
  }
});

const STATES = {
  PENDING: "Stored, waits to be sent …",
  IN_FLIGHT: "Sent, waits for the answer …",
  COMPLETED: "Answered, the callback runs …",
  DEAD: "The callback gave up.",
  DELIVERED: "Delivered.",
};

async function follow(id, turn) {
  while (turn === following) {
    const request = await call(`api/requests/${id}`);
    if (turn !== following) {
      return;
    }
    byId("send-state").textContent = STATES[request.state] ?? request.state;
    if (request.state === "DELIVERED" || request.state === "DEAD") {
      byId("send-outcome").textContent = JSON.stringify(request.outcome, null, 2);
      byId("send-outcome").hidden = request.outcome === null;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, RUNNING_INTERVAL));
  }
}

function redraw() {
  showComparison(last === null ? null : last.comparison, last === null ? null : last.stats);
}

byId("url").value = `${location.origin}/slow?delay=2s`;
byId("requests").addEventListener("change", redraw);
window.addEventListener("resize", redraw);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
document.addEventListener("visibilitychange", () => document.hidden || poll());
redraw();
poll();
