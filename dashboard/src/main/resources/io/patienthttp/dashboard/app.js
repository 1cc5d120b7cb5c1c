// Polls one JSON document and shows it; lists requests when asked.

import { ago, bar, byId, call, cell, count, duration, element, fill, heading, number } from "./dom.js";
import { showHour } from "./charts.js";
import { open, setUp } from "./details.js";

const INTERVAL = 2000;
const HIDDEN_INTERVAL = 30000;
const ID = /^[0-9a-fA-F-]{36}$/;

const SINCE = {
  PENDING: ["Due", (request) => request.runAt],
  IN_FLIGHT: ["Taken", (request) => request.claimedAt ?? request.createdAt],
  COMPLETED: ["Completed", (request) => request.completedAt],
  DEAD: ["Died", (request) => request.deadAt],
};

let timer = 0;

// --- live

async function poll() {
  clearTimeout(timer);
  try {
    const live = await call("api/live");
    show(live);
    status(`Live, ${new Date().toLocaleTimeString()}`, false);
  } catch (error) {
    status(`${error.message} Trying again.`, true);
  }
  timer = setTimeout(poll, document.hidden ? HIDDEN_INTERVAL : INTERVAL);
}

/** Announced only when it changes between live and lost, not each time. */
function status(text, isLost) {
  const connection = byId("connection");
  const changed = connection.classList.contains("lost") !== isLost;
  connection.classList.toggle("lost", isLost);
  connection.setAttribute("aria-live", changed ? "polite" : "off");
  connection.textContent = text;
}

function show(live) {
  for (const tile of document.querySelectorAll("[data-state]")) {
    tile.textContent = count(live.counts[tile.dataset.state], live.counted);
  }
  document.querySelector('[data-state="DEAD"]').classList.toggle("alarm", live.counts.DEAD > 0);
  const capacity = live.processes.reduce((sum, process) => sum + process.maxInFlight, 0);
  byId("capacity").textContent = live.processes.length === 0 ? "no process runs"
    : `of ${number(capacity)}, ${live.processes.length} ${live.processes.length === 1 ? "process" : "processes"}`;
  showHour(live);
  showHosts(live);
  showProcesses(live);
  showPending(live);
}

function showHosts({ hosts }) {
  fill(byId("hosts"), hosts.map((host) => element("tr", {},
    heading("name", host.host), cell("number", number(host.requests)),
    cell("number", duration(host.p50Ms)), cell("number", duration(host.p95Ms)), cell("number", duration(host.p99Ms)),
    ...[host.clientErrors, host.serverErrors, host.timeouts, host.otherFailures]
      .map((errors) => cell(errors > 0 ? "number alarm" : "number", number(errors))),
  )), 9, "Nothing was sent in the last hour.");
}

function showProcesses({ processes, at }) {
  fill(byId("processes"), processes.map((process) => {
    const silent = Date.parse(at) - Date.parse(process.lastSeenAt) > process.leaseMs;
    return element("tr", {},
      heading("name", process.host, element("small", {}, `pid ${process.pid}, ${process.version}, up ${
        duration(Date.parse(at) - Date.parse(process.startedAt))}`)),
      cell("", `${number(process.inFlight)} of ${number(process.maxInFlight)}`, bar(process.inFlight / process.maxInFlight)),
      cell(silent ? "number alarm" : "number", silent ? "its lease is over" : ago(process.lastSeenAt, at)));
  }), 3, "No process runs the processor.");
}

function showPending({ pendingDueFor, ages, counted }) {
  const names = ["not yet", ...ages.map((age) => `up to ${duration(age * 1000)}`), `over ${duration(ages.at(-1) * 1000)}`];
  const most = Math.max(1, ...pendingDueFor);
  fill(byId("pending"), pendingDueFor.map((pending, i) => element("tr", {},
    heading("", names[i]), cell("wide", bar(pending / most)), cell("number", count(pending, counted)))), 3, "");
}

// --- requests

async function list(event) {
  event?.preventDefault();
  const state = byId("state").value;
  const parameters = new URLSearchParams({
    state, enqueuedBefore: byId("age").value, callback: byId("callback").value, host: byId("host").value,
  });
  try {
    const { requests, listed, scanned } = await call(`api/requests?${parameters}`);
    const [name, since] = SINCE[state];
    byId("since").textContent = name;
    byId("listed").textContent = requests.length === listed
      ? `The newest ${listed} that match; others are not shown.`
      : `${requests.length} ${requests.length === 1 ? "request matches" : "requests match"}, of the newest ${number(scanned)} in this state.`;
    fill(byId("list"), requests.map((request) => row(request, since(request))), 5, "None.");
  } catch (error) {
    byId("listed").textContent = error.message;
  }
}

function row(request, since) {
  return element("tr", {},
    heading("", element("button", { type: "button", class: "id", onclick: () => open(request.id) }, request.id)),
    cell("name", `${request.method} ${request.host}`),
    cell("name", request.callback),
    cell("", element("time", { datetime: since }, ago(since, request.readAt))),
    cell("error", request.lastError === null ? (request.cancelRequested ? "cancelled" : "–") : shorten(request.lastError)));
}

const shorten = (text) => (text.length > 160 ? `${text.slice(0, 160)} …` : text);

/** A link to this page may end with the id of a request. */
function openLinked() {
  if (ID.test(location.hash.slice(1))) {
    open(location.hash.slice(1));
  }
}

async function start() {
  byId("filter").addEventListener("submit", list);
  byId("state").addEventListener("change", list);
  byId("age").addEventListener("change", list);
  byId("find").addEventListener("submit", (event) => {
    event.preventDefault();
    open(byId("find-id").value.trim());
  });
  document.addEventListener("visibilitychange", () => document.hidden || poll());
  poll();
  try {
    const session = await call("api/session");
    byId("user").textContent = `${session.user}, ${session.mayOperate ? "may change requests" : "read-only"}`;
    setUp(session, list);
  } catch (error) {
    setUp({ mayOperate: false, mayViewBodies: false }, list);
  }
  await list();
  window.addEventListener("hashchange", openLinked);
  openLinked();
}

start();
