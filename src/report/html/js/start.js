// Everything on this page is there without a script; these files, one after the other, add a
// filter and an order to the moments, arrows to the ribbon, sound, notes that are kept, and
// corrections.
const doc = document;
const one = (selector, from) => (from || doc).querySelector(selector);
const all = (selector, from) => [...(from || doc).querySelectorAll(selector)];
const by = (id) => doc.getElementById(id);
const on = (element, what, act) => { if (element) { element.addEventListener(what, act); } };
const make = (tag, properties, ...children) => {
  const element = Object.assign(doc.createElement(tag), properties);
  element.append(...children);
  return element;
};
const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
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
// The page with somebody else as the coach lies ready in a template.
const other = state.coach && one(`template[data-coach="${state.coach}"]`);
if (other) { by('page').replaceChildren(other.content.cloneNode(true)); }
doc.documentElement.classList.add('js');
all('[data-script]').forEach((part) => { part.hidden = false; });
