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
doc.documentElement.classList.add('js');
all('[data-script]').forEach((part) => { part.hidden = false; });
