// The transcript: words are mended, a turn or a stretch of time goes off the record.
const spoken = (line) => {
  const number = (name) => (line.dataset[name] === undefined ? null : Number(line.dataset[name]));
  const at = { speaker: line.closest('li').dataset.s, start_ms: number('t'), end_ms: number('e') };
  if (line.dataset.u) { at.utterance = Number(line.dataset.u); }
  return at;
};
const said_in = (line) => {
  const copy = line.cloneNode(true);
  all('.vh', copy).forEach((part) => part.remove());
  // Spaces that hold a mark to its word are ordinary ones in the transcript.
  return copy.textContent.replace(/[\u00a0\u202f]/g, ' ').trim();
};
const mend = (turn, opener) => {
  const lines = all('.u', turn).map((line) => {
    const text = said_in(line);
    const area = make('textarea', { rows: Math.min(8, 1 + Math.floor(text.length / 60)), value: text });
    area.setAttribute('aria-label', w.mend);
    return { line, text, area };
  });
  const close = () => { made.remove(); opener.focus(); };
  const save = () => {
    const changed = lines.filter(({ text, area }) => area.value.trim() !== text);
    close();
    const edits = changed.map(({ line, area }) =>
      ({ edit: 'set_text', ...spoken(line), text: area.value.replace(/\s+/g, ' ').trim() }));
    if (edits.length) { edit(...edits); }
  };
  const made = make('div', { className: 'panel' }, ...lines.map(({ area }) => area),
    make('p', {}, button(w.save, save), ' ', button(w.cancel, close)));
  on(made, 'keydown', (event) => { if (event.key === 'Escape') { close(); } });
  turn.lastElementChild.append(made);
  lines[0].area.focus();
};
const times = (turn) => {
  const lines = all('.u[data-t]', turn);
  return lines.length ? {
    start_ms: Math.min(...lines.map((line) => Number(line.dataset.t))),
    end_ms: Math.max(...lines.map((line) => Number(line.dataset.e))),
  } : null;
};
const clock_ms = (text) => {
  const parts = text.trim().match(/^(?:(\d+):)?(\d{1,3}):([0-5]?\d(?:[.,]\d+)?)$/);
  if (!parts) { return null; }
  const [, hours, minutes, seconds] = parts;
  return Math.round(((Number(hours || 0) * 60 + Number(minutes)) * 60 + Number(seconds.replace(',', '.'))) * 1000);
};
const tools = () => {
  all('.tr li').forEach((turn) => {
    const row = make('p', { className: 'tools-turn' });
    const opener = button(w.mend, () => { if (!one('.panel', turn)) { mend(turn, opener); } });
    row.append(opener);
    const span = times(turn);
    if (span) { row.append(' ', button(w.off, () => edit({ edit: 'exclude_span', ...span, excluded: true }))); }
    turn.lastElementChild.append(row);
  });
};
const folded = one('#transcript details');
if (folded) {
  const timed = one('.u[data-t]', folded);
  const from = make('input', { type: 'text', size: 7, placeholder: '0:00' });
  const to = make('input', { type: 'text', size: 7, placeholder: '0:00' });
  const wrong = make('span', { role: 'status' });
  const exclude = () => {
    const [start_ms, end_ms] = [from.value, to.value].map(clock_ms);
    if (start_ms === null || end_ms === null || start_ms >= end_ms) { wrong.textContent = w.bad_time; return; }
    wrong.textContent = '';
    edit({ edit: 'exclude_span', start_ms, end_ms, excluded: true });
  };
  const stretch = make('p', { className: 'stretch' },
    make('label', {}, `${w.from} `, from), ' ', make('label', {}, `${w.to} `, to), ' ',
    button(w.exclude, exclude), ' ', wrong);
  const opener = button(w.transcript, () => {
    opener.setAttribute('aria-pressed', 'true');
    if (!one('.tools-turn', folded)) { tools(); if (timed) { opener.parentElement.after(stretch); } }
  });
  one('.tr', folded).before(make('p', {}, opener));
}
pending.forEach(sign);
tell();
if (state.place) { back(state.place); remember({ place: null }); }
