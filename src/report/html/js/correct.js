// Corrections. The page counts nothing itself: it makes edits as edits.json has them. Shown by the
// program, they go to it and the page comes back with new figures; opened as a file, they are
// marked here and saved as edits.json.
const w = data.w;
const pending = state.pending || [];
const bar = make('div', { id: 'pending', hidden: true });
const told = make('p', { role: 'status' });
by('page').after(bar);
bar.append(told);
const plural = (n, [single, many]) =>
  fill((data.french ? n < 2 : n === 1) ? single : many || single, { n });
const button = (text, act, more) => {
  const made = make('button', { type: 'button', className: 'btn', textContent: text, ...more });
  on(made, 'click', act);
  return made;
};
const say = (text) => { told.textContent = text; bar.hidden = false; };
// Back to where the reader was, once the page has come again.
const here = () => ({
  y: window.scrollY,
  open: all('details').map((part) => part.open),
  show: (one('input[name="show"]:checked') || {}).value,
  order: (one('input[name="order"]:checked') || {}).value,
});
const back = ({ y, open, show: what, order: by }) => {
  all('details').forEach((part, i) => { part.open = Boolean(open[i]); });
  if (what) { choose(what); }
  const input = by && one(`input[name="order"][value="${by}"]`);
  if (input) { input.checked = true; order(by); }
  window.scrollTo(0, y);
};
const again = () => { remember({ place: here() }); location.reload(); };
const post = (what, body) => fetch(what, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body,
});
const saved = async (edits) => {
  say(w.saving);
  let answer;
  try { answer = await post('edits', JSON.stringify(edits)); } catch { say(w.gone); return; }
  if (answer.ok) { again(); } else { say(fill(w.failed, { why: await answer.text() })); }
};
const head = '{"schema":"openfloor.edits/1"}\n';
const file = () => {
  let text = data.edits.trim() ? data.edits : head;
  if (!text.endsWith('\n')) { text += '\n'; }
  return text + pending.map((edit) => `${JSON.stringify(edit)}\n`).join('');
};
const download = () => {
  const link = make('a', {
    href: URL.createObjectURL(new Blob([file()], { type: 'application/json' })), download: 'edits.json',
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
const undo = () => {
  const last = pending.pop();
  const coach = pending.filter(({ edit, role }) => edit === 'set_role' && role === 'coach').pop();
  remember({ pending, coach: last.edit === 'set_role' ? (coach || {}).speaker : state.coach });
  again();
};
const tell = () => {
  bar.hidden = pending.length === 0;
  if (bar.hidden) { return; }
  told.textContent = `${plural(pending.length, w.pending)} ${w.how}`;
  if (!one('button', bar)) { bar.append(button(w.download, download), button(w.undo, undo)); }
};
const edit = (...edits) => {
  if (data.served) { saved(edits); return; }
  pending.push(...edits);
  remember({ pending });
  edits.forEach(sign);
  tell();
};
// A place is written kind|speaker|start|end|utterance|from|to.
const placed = (text) => {
  const [, speaker, start, end, utterance, from, to] = text.split('|');
  const number = (part) => (part === '' ? null : Number(part));
  const at = { speaker: speaker || null, start_ms: number(start), end_ms: number(end) };
  if (utterance) { at.utterance = Number(utterance); }
  if (from !== '') { at.chars = [Number(from), Number(to)]; }
  return at;
};
const kind_of = (part) => part.dataset.at.split('|')[0];
const same = (edit, at) =>
  ['speaker', 'start_ms', 'end_ms', 'utterance'].every((name) => edit[name] === at[name])
  && String(edit.chars) === String(at.chars);
const remark = (element, text) => {
  const body = element.closest('.body') || element;
  const old = one('.edited', body);
  if (old) { old.remove(); }
  body.append(make('p', { className: 'edited', textContent: text }));
};
const label = (name) => (data.labels.find(([label]) => label === name) || [])[1];
// What is edited is marked; figures follow when the report is made again.
const sign = (edit) => {
  if (edit.edit === 'exclude_span') {
    all('.u[data-t]').forEach((line) => {
      const touched = line.dataset.t < edit.end_ms && line.dataset.e > edit.start_ms;
      if (touched) { line.classList.toggle('off', edit.excluded); }
    });
    return;
  }
  if (edit.edit === 'set_text') {
    const line = all('.u').find((line) => same(edit, spoken(line)));
    if (line) { line.textContent = edit.text; line.classList.add('edited'); }
    return;
  }
  all('[data-at]').filter((part) => kind_of(part) === edit.kind && same(edit, placed(part.dataset.at)))
    .forEach((part) => {
      if (edit.edit === 'reject_moment') {
        part.classList.toggle('off', edit.rejected);
        remark(part, edit.rejected ? w.rejected : w.by_hand);
      } else if (edit.edit === 'set_label') {
        remark(part, `${w.by_hand}: ${label(edit.label)}`);
      } else {
        remark(part, `${w.note}: ${edit.text}`);
      }
    });
};
// A moment's panel: take it out, say what it is, note something.
const words = ['question', 'prescriptive', 'permission', 'information', 'reflection', 'affirmation'];
const fits = (kind) => data.labels.filter(([label]) =>
  (words.includes(kind) && label !== 'exercise') || (kind === 'monologue' && label === 'exercise'));
const panel = (part, opener) => {
  const at = placed(part.dataset.at);
  const kind = kind_of(part);
  const close = () => { made.remove(); opener.setAttribute('aria-expanded', 'false'); opener.focus(); };
  const out = part.hasAttribute('data-rejected');
  const reject = button(out ? w.restore : w.none, () => {
    close();
    edit({ edit: 'reject_moment', ...at, kind, rejected: !out });
  });
  const select = make('select', {}, make('option', { value: '', textContent: '–' }),
    ...fits(kind).map(([value, text]) => make('option', { value, textContent: text })));
  const note = make('textarea', { rows: 2 });
  const save = button(w.save, () => {
    const edits = [];
    if (select.value) { edits.push({ edit: 'set_label', ...at, kind, label: select.value }); }
    if (note.value.trim()) { edits.push({ edit: 'note', ...at, kind, text: note.value.trim() }); }
    close();
    if (edits.length) { edit(...edits); }
  });
  const made = make('div', { className: 'panel' }, reject);
  if (fits(kind).length && !out) { made.append(make('label', {}, `${w.is} `, select)); }
  made.append(make('label', {}, `${w.note} `, note), make('p', {}, save, ' ', button(w.cancel, close)));
  on(made, 'keydown', (event) => { if (event.key === 'Escape') { close(); } });
  (part.closest('.body') || one('.body', part) || part).append(made);
  opener.setAttribute('aria-expanded', 'true');
  reject.focus();
};
all('[data-at]').forEach((part) => {
  const opener = make('button', { type: 'button', className: 'fix', textContent: w.correct });
  opener.setAttribute('aria-expanded', 'false');
  on(opener, 'click', () => { if (opener.getAttribute('aria-expanded') === 'false') { panel(part, opener); } });
  (part.matches('.mo') ? one('.body', part) : part).append(opener);
});
// Stretches off the record can come back.
all('[data-cut]').forEach((part) => {
  const [start_ms, end_ms] = part.dataset.cut.split('|').map(Number);
  part.append(' ', button(w.on, () => edit({ edit: 'exclude_span', start_ms, end_ms, excluded: false })));
});
if (data.served) {
  const beat = () => post('alive', '').catch(() => {});
  beat();
  setInterval(beat, 20000);
}
on(window, 'beforeunload', (event) => { if (pending.length && !state.place) { event.preventDefault(); } });
