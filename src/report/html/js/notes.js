// Notes are kept only while the box is ticked, in this browser, under the session's
// fingerprint, which corrections do not change.
const areas = all('#think textarea');
const keep = by('keep');
if (keep) {
  const name = `openfloor.notes.${doc.documentElement.dataset.session}`;
  const store = (act) => { try { return act(localStorage); } catch { return null; } };
  const written = store((notes) => JSON.parse(notes.getItem(name)));
  const heard = by('notes-told');
  if (Array.isArray(written)) {
    keep.checked = true;
    areas.forEach((area, i) => { area.value = String(written[i] || ''); });
  }
  // Paper shows what was written, without the edges of a box.
  const mirror = () => areas.forEach((area) => {
    area.nextElementSibling.textContent = area.value;
  });
  const save = () => {
    mirror();
    store((notes) => (keep.checked
      ? notes.setItem(name, JSON.stringify(areas.map((area) => area.value)))
      : notes.removeItem(name)));
  };
  on(doc, 'input', (event) => { if (event.target.closest('#think')) { heard.textContent = ''; save(); } });
  on(by('erase'), 'click', () => {
    areas.forEach((area) => { area.value = ''; });
    keep.checked = false;
    save();
    heard.textContent = heard.dataset.erased;
  });
  on(by('print'), 'click', () => window.print());
  mirror();
}
