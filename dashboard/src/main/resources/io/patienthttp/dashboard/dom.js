// Elements whose text is only ever text, and words for numbers and times.

export const byId = (id) => document.getElementById(id);

/** An element; children are elements, or texts, which become text nodes and never markup. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") {
      made.className = value;
    } else if (key.startsWith("on")) {
      made.addEventListener(key.slice(2), value);
    } else {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined).map(
    (child) => (child instanceof Node ? child : document.createTextNode(String(child)))));
  return made;
}

export const cell = (className, ...children) => element("td", className ? { class: className } : {}, ...children);

export const heading = (className, ...children) => element("th", { scope: "row", class: className }, ...children);

/** Replaces the rows of a table, or says that there are none. */
export function fill(body, rows, columns, nothing) {
  body.replaceChildren(...(rows.length > 0
    ? rows
    : [element("tr", {}, element("td", { colspan: columns, class: "empty" }, nothing))]));
}

export function bar(share) {
  const inner = element("i");
  inner.style.width = `${Math.min(100, Math.max(0, share * 100))}%`;
  return element("div", { class: "bar", "aria-hidden": "true" }, inner);
}

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const smallNumbers = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const number = (value) => (value > 0 && value < 10 ? smallNumbers : numbers).format(value);

/** A count that ends at a limit. */
export const count = (value, limit) => (value > limit ? `${numbers.format(limit)}+` : numbers.format(value));

export function duration(ms) {
  const units = [["d", 86400000], ["h", 3600000], ["min", 60000], ["s", 1000]];
  for (const [unit, size] of units) {
    if (ms >= size) {
      const value = ms / size;
      return `${value < 10 ? smallNumbers.format(Math.floor(value * 10) / 10) : numbers.format(Math.floor(value))} ${unit}`;
    }
  }
  return `${numbers.format(Math.max(0, ms))} ms`;
}

export function size(bytes) {
  return bytes < 1024 ? `${bytes} bytes`
    : bytes < 1048576 ? `${smallNumbers.format(bytes / 1024)} KiB` : `${smallNumbers.format(bytes / 1048576)} MiB`;
}

/** How long before the other time, by the clock of the database. */
export const ago = (time, now) => {
  const ms = Date.parse(now) - Date.parse(time);
  return ms < -500 ? `in ${duration(-ms)}` : ms < 1000 ? "now" : `${duration(ms)} ago`;
};

export const clock = (time) => new Date(time).toLocaleString();

export async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", redirect: "error", ...options });
  } catch (error) {
    throw new Error("The server does not answer, or your session has ended.");
  }
  const json = await response.json().catch(() => ({ message: `The server answered ${response.status}.` }));
  if (!response.ok) {
    throw new Error(json.message ?? `The server answered ${response.status}.`);
  }
  return json;
}
