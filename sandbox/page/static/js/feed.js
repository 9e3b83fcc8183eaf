// The line to the sandbox. Every (re)connect begins with the whole state, so nothing can be missed in between.
import { store, takeGone, takeInteraction, takeMessage, takeState, takeTraffic, tell } from "./store.js";

const HIDDEN_MS = 15_000;
let source = null;
let person = "";
let hiding = 0;

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
  disconnect();
  source = new EventSource(`/api/changes?as=${encodeURIComponent(as)}`);
  for (const [name, take] of Object.entries(TAKERS)) source.addEventListener(name, (event) => take(JSON.parse(event.data)));
  source.addEventListener("open", () => setOnline(true));
  source.addEventListener("error", () => {
    setOnline(false);
    // A browser gives up for good after some failures; the sandbox may come back on the same address.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(person), 2000);
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
