// Kept in this tab only, until it is closed: where the reader was, and corrections not yet saved.
const data = JSON.parse(by('edit-data').textContent);
const print = doc.documentElement.dataset.fingerprint;
const memory = (act) => { try { return act(sessionStorage); } catch { return null; } };
const key = `openfloor:${location.pathname}`;
const kept = memory((tab) => JSON.parse(tab.getItem(key))) || {};
// Of a report that was made again, what was pending before is done.
const state = kept.print === print ? kept : { print, place: kept.place };
const remember = (more) => {
  Object.assign(state, more);
  memory((tab) => tab.setItem(key, JSON.stringify(state)));
};
// The page with somebody else as the coach lies ready in a template, packed.
const unpacked = async (template) => {
  const bytes = Uint8Array.from(atob(template.content.textContent.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
};
const other = state.coach && one(`template[data-coach="${state.coach}"]`);
if (other) {
  const ready = doc.createElement('template');
  ready.innerHTML = await unpacked(other);
  by('page').replaceChildren(ready.content);
}
all('[data-script]').forEach((part) => { part.hidden = false; });
