// Sessions over time: a choice of the client, and the way from a dot to its session.
const rows = all('tr[data-c]');
const dots = all('.d');
const ofSession = (row) => dots.filter((dot) => `s${dot.dataset.s}` === row.id);
const choose = (client) => {
  const shown = new Set();
  rows.forEach((row) => {
    row.hidden = client !== 'all' && row.dataset.c !== client;
    if (!row.hidden) { shown.add(row.id); }
  });
  // A dot that is hidden keeps its place: the order of the others stays what it was.
  dots.forEach((dot) => dot.classList.toggle('off', !shown.has(`s${dot.dataset.s}`)));
  all('.group').forEach((group) => { group.hidden = !one('tr[data-c]:not([hidden])', group); });
  all('.coach').forEach((coach) => { coach.hidden = !one('.group:not([hidden])', coach); });
  const note = by('filtered');
  if (note) { note.hidden = client === 'all'; }
};
const mark = (row) => {
  all('.d.on').forEach((dot) => dot.classList.remove('on'));
  all('tr.here').forEach((other) => other.classList.remove('here'));
  if (!row) { return; }
  row.classList.add('here');
  ofSession(row).forEach((dot) => dot.classList.add('on'));
};
on(doc, 'change', (event) => {
  if (event.target.name === 'client') { choose(event.target.value); }
});
on(doc, 'click', (event) => {
  const dot = event.target.closest('.d');
  const row = dot && by(`s${dot.dataset.s}`);
  if (!row) { return; }
  mark(row);
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'center' });
});
// With the keyboard or the mouse on a session of the table, its dots are marked.
on(doc, 'focusin', (event) => {
  const row = event.target.closest('tr[data-c]');
  if (row) { mark(row); }
});
on(doc, 'mouseover', (event) => {
  const row = event.target.closest('tr[data-c]');
  if (row) { mark(row); }
});
