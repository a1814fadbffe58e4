// What several parts need: elements once, the token of the session, words read aloud, posting.

/** Elements under `root` that match, each only the first time it is asked for with this mark. */
export function* fresh(root, selector, mark) {
  for (const element of root.querySelectorAll(selector)) {
    const key = `live${mark}`;
    if (element.dataset[key]) continue;
    element.dataset[key] = "1";
    yield element;
  }
}

/** The token against forged requests. */
export function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Puts a renewed token wherever the page holds one. */
export function renewToken(value) {
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (meta) meta.content = value;
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = value;
}

/** Says a sentence to those who hear the page. */
export function announce(text) {
  const place = document.getElementById("announcer");
  if (place) place.textContent = text;
}

/** Posts fields as a form does; a `FormData` with its files. Personal identifiers go this way and never into an address. */
export function post(address, fields, signal) {
  return fetch(address, {
    method: "POST",
    headers: { "X-CSRF-Token": token(), Accept: "text/html, application/json" },
    body: fields instanceof FormData ? fields : new URLSearchParams({ csrf_token: token(), ...fields }),
    credentials: "same-origin",
    signal,
  });
}

/** Tells a control's value changed, as typing would. */
export function changed(control) {
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
