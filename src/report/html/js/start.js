// Everything on this page is there without a script; these files, one after the other, add a
// filter and an order to the moments, arrows to the ribbon, sound, and notes that are kept.
const doc = document;
const one = (selector, from) => (from || doc).querySelector(selector);
const all = (selector, from) => [...(from || doc).querySelectorAll(selector)];
const by = (id) => doc.getElementById(id);
const on = (element, what, act) => { if (element) { element.addEventListener(what, act); } };
doc.documentElement.classList.add('js');
all('[data-script]').forEach((part) => { part.hidden = false; });
