// Who is who: names, roles, voices that are one person. The commonest mistake, the coach taken for
// the other, is one press away.
const evidence = one('.evid');
const choices = (window.DecompressionStream ? all('template[data-coach]') : []).map((template) =>
  data.speakers.find(({ id }) => id === template.dataset.coach)).filter(Boolean);
if (evidence && state.coach) {
  const shown = data.speakers.find(({ id }) => id === state.coach);
  if (shown) { evidence.append(make('p', {}, make('strong', { textContent: shown.shown }))); }
} else if (evidence) {
  const take = ({ id }) => {
    const is = { edit: 'set_role', speaker: id, role: 'coach' };
    if (data.served) { edit(is); return; }
    pending.push(is);
    remember({ pending, coach: id });
    again();
  };
  if (choices.length) {
    evidence.append(make('p', { className: 'swap' },
      ...choices.map((speaker) => button(speaker.swap, () => take(speaker)))));
  }
}
if (evidence && data.speakers.length) {
  const list = (options, chosen, name) => {
    const select = make('select', {}, ...options.map(([value, text]) =>
      make('option', { value, textContent: text, selected: value === chosen })));
    select.setAttribute('aria-label', name);
    return select;
  };
  const rows = data.speakers.map((speaker) => {
    const name = make('input', { type: 'text', value: speaker.name || '', maxLength: 200 });
    name.setAttribute('aria-label', speaker.name_of);
    const role = list(data.roles, speaker.role, speaker.role_of);
    const others = data.speakers.filter(({ id }) => id !== speaker.id);
    const into = list([['', '–'], ...others.map(({ id, who }) => [id, who])], '', speaker.same_as);
    return { speaker, name, role, into };
  });
  const save = () => {
    const edits = [];
    rows.forEach(({ speaker, name, role, into }) => {
      const { id } = speaker;
      const called = name.value.trim();
      if (called !== (speaker.name || '')) { edits.push({ edit: 'rename', speaker: id, name: called || null }); }
      if (into.value) { edits.push({ edit: 'merge', speaker: id, into: into.value }); }
    });
    // A role that was taken over moves the other one: only what still differs is said.
    const now = new Map(data.speakers.map(({ id, role }) => [id, role]));
    rows.forEach(({ speaker: { id }, role }) => {
      if (role.value === now.get(id)) { return; }
      const holder = [...now].find(([other, held]) => other !== id && held === role.value);
      if (holder && ['coach', 'coachee'].includes(role.value)) { now.set(holder[0], now.get(id)); }
      now.set(id, role.value);
      edits.push({ edit: 'set_role', speaker: id, role: role.value });
    });
    if (edits.length) { edit(...edits); }
  };
  const several = data.speakers.length > 1;
  evidence.append(make('details', { className: 'people' },
    make('summary', { textContent: w.people }),
    ...rows.map(({ speaker, name, role, into }) => make('p', {},
      make('bdi', { textContent: `${speaker.who} ` }), name, ' ', role,
      ...(several ? [make('label', {}, ` = `, into)] : []))),
    make('p', {}, button(w.save, save))));
}
