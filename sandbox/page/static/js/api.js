// The page's requests. Every failure is an Error whose message may be shown.

export class Refused extends Error {}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refused("The sandbox does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? `The sandbox answered ${response.status}.`);
  return answer;
}

export function post(name, json, { signal } = {}) {
  const headers = { "Content-Type": "application/json" };
  return send(`/api/${name}`, { method: "POST", headers, body: JSON.stringify(json), signal });
}

/** Like `post`, with files: a list of [field, file]. */
export function postFiles(name, json, files) {
  if (files.length === 0) return post(name, json);
  const form = new FormData();
  form.append("request", JSON.stringify(json));
  for (const [field, file] of files) form.append(field, file, file.name);
  return send(`/api/${name}`, { method: "POST", body: form });
}
