// The moments: a filter, an order, and the way to one of them.
const cards = all('.mo');
const show = (what) => {
  cards.forEach((card) => {
    card.hidden = what !== 'all' && !card.dataset.show.split(' ').includes(what);
  });
  all('.grp').forEach((group) => {
    group.hidden = what !== 'all' && !one('.mo:not([hidden])', group);
    const note = one('.note', group);
    if (note) { note.hidden = what !== 'all'; }
  });
};
const choose = (what) => {
  // "question", which has no choice of its own, is both open and closed: everything is shown.
  const input = one(`input[name="show"][value="${what}"]`) || one('input[name="show"][value="all"]');
  if (input) { input.checked = true; show(input.value); }
};
const order = (by) => {
  const list = one('#g-questions ol');
  if (!list) { return; }
  const number = (card, name) => Number(card.dataset[name] || 0);
  all('.mo', list).sort((a, b) => {
    const time = number(a, 't') - number(b, 't');
    return by === 'time' ? time : number(b, 'answer') - number(a, 'answer') || time;
  }).forEach((card) => list.appendChild(card));
};
// To a moment, a group of them, or a line of the transcript.
const come = (id) => {
  const found = id && by(id);
  const place = found && found.closest('.mo,.grp,.tr li');
  if (!place) { return false; }
  if (place.hidden) { choose('all'); }
  const folded = place.closest('details');
  if (folded) { folded.open = true; }
  all('.here').forEach((other) => other.classList.remove('here'));
  if (!place.classList.contains('grp')) { place.classList.add('here'); }
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: place.classList.contains('grp') ? 'start' : 'center' });
  return true;
};
// The next moment of the kind after a card, or the one before it: in its group, as it is shown.
const beside = (card, step) => {
  const group = card && card.closest('.grp');
  const shown = group ? all('.mo:not([hidden])', group) : all('.mo:not([hidden])');
  return shown[shown.indexOf(card) + step];
};
// n and p, and the player's buttons: to the next or the previous one; what sounds goes along.
let follow = () => {};
const step = (by) => {
  const next = beside(doc.activeElement.closest('.mo') || one('.mo.here'), by);
  if (!next) { return; }
  come(next.id);
  follow(next);
};
on(doc, 'keydown', (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input,textarea')) { return; }
  // Letters are keys only where the moments or the player have the focus.
  if (!target.closest('#moments,#ribbon,#player')) { return; }
  if (key === 'n') { step(1); }
  if (key === 'p') { step(-1); }
});
on(doc, 'change', (event) => {
  if (event.target.name === 'show') { show(event.target.value); }
  if (event.target.name === 'order') { order(event.target.value); }
});
on(doc, 'click', (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (!link || link.classList.contains('skip')) { return; }
  if (link.dataset.show) { choose(link.dataset.show); }
  const id = link.getAttribute('href').slice(1);
  if (come(id)) {
    event.preventDefault();
    history.pushState(null, '', `#${id}`);
  }
});
on(window, 'popstate', () => come(location.hash.slice(1)));
if (location.hash) { come(location.hash.slice(1)); }
