// What is being filled in survives a reload: words and numbers of one command; files cannot stay.

const KEY = "easel-draft";

export function writeDraft(place, command, values) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ place, command, values }));
  } catch {
    // Without storage a draft lasts as long as the page.
  }
}

export function readDraft(place) {
  try {
    const draft = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return draft?.place === place && Object.keys(draft.values).length ? draft : null;
  } catch {
    return null;
  }
}

export function forgetDraft() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept either.
  }
}
