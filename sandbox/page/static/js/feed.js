// The line to the sandbox. Every (re)connect begins with the whole state, so nothing can be missed in between.
import { store, takeGone, takeInteraction, takeMessage, takeState, takeTraffic, tell } from "./store.js";

const HIDDEN_MS = 15_000;
const RETRY_MS = 1500;
let source = null;
let person = "";
let hiding = 0;
let retrying = 0;

const TAKERS = {
  state: takeState,
  message: takeMessage,
  gone: takeGone,
  interaction: takeInteraction,
  traffic: takeTraffic,
  bot: (bot) => {
    store.bot = bot;
    tell("bot");
  },
  incident: (incident) => {
    store.incident = incident;
    tell("incident");
  },
};

export function connect(as) {
  person = as;
  clearTimeout(retrying);
  disconnect();
  source = new EventSource(`/api/changes?as=${encodeURIComponent(as)}${store.since ? `&since=${store.since}` : ""}`);
  for (const [name, take] of Object.entries(TAKERS)) source.addEventListener(name, (event) => take(JSON.parse(event.data)));
  source.addEventListener("open", () => setOnline(true));
  source.addEventListener("error", () => {
    setOnline(false);
    // The browser's own retry would be a new client: private messages last as long as this page.
    disconnect();
    retrying = setTimeout(() => connect(person), RETRY_MS);
  });
}

function disconnect() {
  source?.close();
  source = null;
}

function setOnline(online) {
  if (store.online === online) return;
  store.online = online;
  tell("online");
}

// Browsers allow six connections to one site: a tab that nobody sees lets its own go after a while.
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(disconnect, HIDDEN_MS);
  else if (!source) connect(person);
});
