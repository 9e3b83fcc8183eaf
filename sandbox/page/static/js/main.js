// Puts the page together.
import { startAnnouncing } from "./announce.js";
import { startChat } from "./chat.js";
import { startComposer } from "./composer.js";
import { startDrawer } from "./drawer.js";
import { connect } from "./feed.js";
import { startTicking } from "./moments.js";
import { startPlaces } from "./places.js";
import { channelFor, readRoute, writeRoute } from "./route.js";
import { me, on, store, tell } from "./store.js";
import { startStory } from "./story.js";
import { startStrip } from "./strip.js";
import { startWindows } from "./window.js";

const byId = (id) => document.getElementById(id);

function settle() {
  const { place } = readRoute();
  store.channel = channelFor(place)?.id ?? null;
  store.unread.delete(store.channel);
  writeRoute();
}

function routed() {
  const { person } = readRoute();
  if (person !== me()?.username) return connect(person);
  settle();
  return tell("place");
}

// Before the views, so that the place is known when they draw a new state.
on("state", settle);
startStrip(byId("strip"));
startPlaces(byId("places"));
startChat(byId("chat"), startComposer());
startStory(byId("composer"));
startDrawer(byId("drawer"));
startWindows();
startAnnouncing();
startTicking();
addEventListener("hashchange", routed);
connect(readRoute().person);
