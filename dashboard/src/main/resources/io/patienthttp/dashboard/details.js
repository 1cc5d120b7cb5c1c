// One request: its life, what it sends, what came back, and what may be done to it.

import { ago, byId, call, clock, duration, element, size } from "./dom.js";

const ACTIONS = {
  "cancel": {
    name: "Cancel", states: ["PENDING", "IN_FLIGHT"], danger: true, title: "Cancel this request?",
    text: "It is not sent any more; if it is in flight, its connection is closed, and the server may have acted. Its callback is told that it was cancelled.",
  },
  "deliver-again": {
    name: "Deliver again", states: ["DEAD"], title: "Deliver this outcome again?",
    text: "Its callback runs again with the outcome that is recorded. Nothing is sent.",
  },
  "send-again": {
    name: "Send again", states: ["DEAD"], title: "Send this request again?",
    text: "The outcome that is recorded is forgotten, and the request goes to the server once more, which may act on it twice.",
  },
  "delete": {
    name: "Delete", states: ["DEAD"], danger: true, title: "Delete this request?",
    text: "The request and its outcome are gone for good. Its callback hears nothing.",
  },
};

let session = { mayOperate: false, mayViewBodies: false };
let shown = null;
let changed = () => {};

export function setUp(currentSession, onChange) {
  session = currentSession;
  changed = onChange;
  byId("details-close").addEventListener("click", () => byId("details").close());
  byId("details").addEventListener("close", () => {
    shown = null;
    history.replaceState(null, "", location.pathname + location.search);
  });
  byId("confirm-no").addEventListener("click", () => byId("confirm").close());
}

/** Opens the request; says so if there is none. */
export async function open(id) {
  shown = id;
  byId("details-title").textContent = `Request ${id}`;
  byId("details-message").textContent = "";
  byId("details-actions").replaceChildren();
  byId("details-body").replaceChildren();
  if (!byId("details").open) {
    byId("details").showModal();
  }
  byId("details-title").focus();
  history.replaceState(null, "", `#${id}`);
  await load(id, "");
}

async function load(id, suffix) {
  try {
    const request = await call(`api/requests/${encodeURIComponent(id)}${suffix}`);
    if (shown === id) {
      show(request, suffix !== "");
    }
  } catch (error) {
    if (shown === id) {
      say(error.message);
      byId("details-actions").replaceChildren();
      byId("details-body").replaceChildren();
    }
  }
}

function say(text) {
  byId("details-message").textContent = text;
}

function show(request, withBodies) {
  const buttons = session.mayOperate
    ? Object.entries(ACTIONS)
      .filter(([, action]) => action.states.includes(request.state)
        && !(action.name === "Cancel" && request.cancelRequested))
      .map(([path, action]) => element("button",
        { type: "button", class: action.danger ? "danger" : "", onclick: () => confirm(request.id, path, action) }, action.name))
    : [];
  if (session.mayViewBodies && !withBodies) {
    buttons.push(element("button", { type: "button", onclick: () => load(request.id, "/bodies") }, "Show bodies"));
  }
  byId("details-actions").replaceChildren(...buttons);
  byId("details-body").replaceChildren(
    facts([
      ["State", request.state.toLowerCase().replace("_", " ") + (request.cancelRequested ? ", cancelled" : "")],
      ["Goes to", `${request.method} ${request.exchange.request?.url ?? request.host}`],
      ["Callback", request.callback],
      ["Priority", `${request.priority}, limited by ${request.concurrencyKey}`],
      ["Taken over", request.recoveries === 0 ? "never" : `${request.recoveries} times, because its process died`],
      request.owner === null ? null : ["Process", request.owner],
    ]),
    element("h3", {}, "Life"), timeline(request),
    element("p", { class: "note" }, "A row keeps the last time of each step. What earlier claims, releases and runs of the callback there were is in the logs."),
    ...exchange(request.exchange, withBodies),
  );
}

function facts(rows) {
  return element("dl", { class: "facts" }, ...rows.filter((row) => row !== null && row[1] !== null && row[1] !== "")
    .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function timeline(request) {
  const steps = [[request.createdAt, "Enqueued"]];
  const pending = request.state === "PENDING";
  if (Date.parse(request.runAt) - Date.parse(request.createdAt) > 1000 || pending) {
    steps.push([request.runAt, Date.parse(request.runAt) > Date.parse(request.readAt) ? "Due" : "Due since"]);
  }
  if (request.claimedAt !== null) {
    steps.push([request.claimedAt, `Taken by a process, attempt ${request.attempt}`]);
  }
  const outcome = request.exchange.outcome;
  if (request.completedAt !== null) {
    steps.push([request.completedAt, `Outcome recorded${outcome === undefined ? "" : `: ${outcomeText(outcome)}`}`,
      outcome !== undefined && (outcome.kind !== null || outcome.status >= 400) ? "bad" : ""]);
  }
  if (request.deadAt !== null) {
    steps.push([request.deadAt, `Callback gave up: ${request.lastError ?? "no reason is known"}`, "bad"]);
  }
  if (request.deadlineAt !== null && (pending || request.state === "IN_FLIGHT")) {
    steps.push([request.deadlineAt, "Expires if it is not sent by then", "next"]);
  }
  steps.sort((a, b) => Date.parse(a[0]) - Date.parse(b[0]));
  const items = steps.map(([time, text, className]) => element("li",
    { class: Date.parse(time) > Date.parse(request.readAt) ? "next" : className ?? "" },
    text, element("time", { datetime: time }, `${clock(time)}, ${ago(time, request.readAt)}`)));
  const next = { PENDING: "Waits to be sent", IN_FLIGHT: "Waits for the answer", COMPLETED: "Its callback runs, or will run", DEAD: "Waits for an operator" };
  items.push(element("li", { class: "next" }, next[request.state]));
  return element("ol", { class: "timeline" }, ...items);
}

function outcomeText(outcome) {
  const what = outcome.kind === null ? `status ${outcome.status}` : outcome.kind;
  return `${what} after ${duration(outcome.durationMs)}`;
}

function exchange({ request, outcome, callbackArgs, notShown }, withBodies) {
  const parts = notShown.map((text) => element("p", { class: "note" }, text));
  if (request !== undefined) {
    parts.push(element("h3", {}, "Request"), facts([
      ["URL", request.url],
      ["Preprocessors", request.preprocessors.join(", ")],
      ...request.headers.map(({ name, value }) => [name, value]),
    ]), ...body(request, withBodies));
  }
  if (outcome !== undefined) {
    parts.push(element("h3", {}, "Outcome"), facts([
      ["Result", outcomeText(outcome)],
      ["Message", outcome.message],
      ["The server", outcome.kind === null ? null : outcome.maybeProcessed ? "may have acted on it" : "has not acted on it"],
      ["Waited in the queue", outcome.queueMs === 0 ? null : duration(outcome.queueMs)],
      ["Redirected to", outcome.redirects.join(", ")],
      ...outcome.headers.map(({ name, value }) => [name, value]),
    ]), ...body(outcome, withBodies));
  }
  if (withBodies && callbackArgs !== null) {
    parts.push(element("h3", {}, "Callback arguments"), element("pre", { tabindex: "0" }, callbackArgs));
  }
  return parts;
}

function body(message, withBodies) {
  if (message.bodySize === 0) {
    return [element("p", { class: "note" }, "No body.")];
  }
  const about = `Body of ${size(message.bodySize)}`;
  if (!withBodies || message.body === undefined) {
    return [element("p", { class: "note" }, `${about}, not shown.`)];
  }
  if (message.body.text === null) {
    return [element("p", { class: "note" }, `${about}, which is not text.`)];
  }
  return [element("p", { class: "note" }, about + (message.body.isCut ? ", cut off here:" : ":")),
    element("pre", { tabindex: "0" }, message.body.text)];
}

function confirm(id, path, action) {
  byId("confirm-title").textContent = action.title;
  byId("confirm-text").textContent = action.text;
  const yes = byId("confirm-yes");
  yes.textContent = action.name;
  yes.onclick = async () => {
    byId("confirm").close();
    await act(id, path);
  };
  byId("confirm").showModal();
  byId("confirm-no").focus();
}

/** The headers against forgery may have changed since: a session can be renewed at any time. */
async function act(id, path) {
  let message;
  try {
    const { headers } = await call("api/session");
    message = (await call(`api/requests/${encodeURIComponent(id)}/${path}`, { method: "POST", headers })).message;
  } catch (error) {
    message = error.message;
  }
  if (shown === id) {
    await load(id, "");
    say(message);
    byId("details-title").focus();
  }
  changed();
}
