// What this page knows. The server's feed writes it, the views read it and are told by topic what changed.

export const store = {
  me: null,
  people: new Map(),
  channels: new Map(),
  commands: new Map(),
  messages: new Map(),
  interactions: new Map(),
  bot: null,
  incident: null,
  traffic: new Map(),
  troubles: [],
  words: [],
  channel: null,
  unread: new Set(),
  online: false,
  botId: null,
  since: null,
};

const listeners = new Map();

export function on(topics, listener) {
  for (const topic of topics.split(" ")) listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

const byId = (items) => new Map(items.map((item) => [item.id, item]));

export function takeState(state) {
  store.me = state.me;
  // The first answer says when this page was opened; a later one repeats it.
  store.since ??= state.since;
  store.botId = state.bot_id;
  store.people = byId(state.people);
  store.channels = byId(state.channels);
  store.commands = byId(state.commands);
  store.messages = byId(state.messages);
  store.interactions = byId(state.interactions);
  store.bot = state.bot;
  store.incident = state.incident;
  store.traffic = new Map(state.traffic.map((call) => [call.number, call]));
  store.troubles = state.troubles;
  store.words = state.words;
  tell("state");
}

export function takeMessage(message) {
  const before = store.messages.get(message.id);
  store.messages.set(message.id, message);
  if (!before && message.channel !== store.channel) {
    store.unread.add(message.channel);
    tell("unread");
  }
  tell("message", { message, before });
}

export function takeGone({ id }) {
  if (store.messages.delete(id)) tell("gone", { id });
}

export function takeInteraction(interaction) {
  const before = store.interactions.get(interaction.id);
  if (interaction.progress === "answered" || interaction.progress === "thinking") store.interactions.delete(interaction.id);
  else store.interactions.set(interaction.id, interaction);
  tell("interaction", { interaction, before });
}

export function takeTraffic(calls) {
  for (const call of calls) store.traffic.set(call.number, call);
  for (const number of [...store.traffic.keys()].slice(0, Math.max(0, store.traffic.size - 200))) store.traffic.delete(number);
  tell("traffic", calls);
}

export const me = () => store.people.get(store.me);
export const here = () => store.channels.get(store.channel);
export const messagesHere = () => [...store.messages.values()].filter((each) => each.channel === store.channel).sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
export const commandsHere = (type) => (here()?.offered ?? []).map((id) => store.commands.get(id)).filter((each) => each && each.type === type);

export function nameOf(id) {
  if (id === store.botId) return "Easel";
  return store.people.get(id)?.name ?? store.channels.get(id)?.name;
}
