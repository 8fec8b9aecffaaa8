// The ribbon is one stop of the tab key; arrows go from mark to mark in order of time.
const marks = all('.mk').sort((a, b) => a.dataset.t - b.dataset.t);
const stop = (mark) => marks.forEach((other) => {
  other.setAttribute('tabindex', other === mark ? '0' : '-1');
});
if (marks.length) { stop(marks[0]); }
on(one('.ribbon'), 'keydown', (event) => {
  const at = marks.indexOf(event.target.closest('.mk'));
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: marks.length - 1 }[event.key];
  if (at < 0 || to === undefined || !marks[to]) { return; }
  event.preventDefault();
  event.stopPropagation();
  stop(marks[to]);
  marks[to].focus();
});
// What a mark is, under the pointer as well.
on(one('.ribbon'), 'pointerover', (event) => {
  const mark = event.target.closest('.mk');
  if (!mark || one('title', mark) || one('text', mark)) { return; }
  const title = doc.createElementNS(mark.namespaceURI, 'title');
  title.textContent = mark.getAttribute('aria-label');
  mark.prepend(title);
});
const blocks = all('.blk').map((block) => ({
  from: Number(block.dataset.from),
  to: Number(block.dataset.to),
  line: one('.cur', block),
}));
// Where the sound is, in milliseconds; nothing hides the line.
const point = (at) => blocks.forEach(({ from, to, line }) => {
  const here = at !== null && at >= from && at < to;
  line.setAttribute('visibility', here ? 'visible' : 'hidden');
  if (here) {
    const x = `${(100 * (at - from) / (to - from)).toFixed(2)}%`;
    line.setAttribute('x1', x);
    line.setAttribute('x2', x);
  }
});
