// Everything on this page is there without a script; this adds a filter and an order to the
// moments, and leads a link to a moment that the filter hides.
(function () {
  'use strict';
  var doc = document;
  var all = function (selector, from) {
    return Array.prototype.slice.call((from || doc).querySelectorAll(selector));
  };
  var cards = all('.mo');
  var show = function (what) {
    cards.forEach(function (card) {
      card.hidden = what !== 'all' && card.dataset.show.split(' ').indexOf(what) < 0;
    });
    all('.grp').forEach(function (group) {
      var own = all('.mo', group);
      var left = own.filter(function (card) { return !card.hidden; }).length;
      group.hidden = what !== 'all' && left === 0;
      var note = group.querySelector('.note');
      if (note) { note.hidden = what !== 'all'; }
    });
  };
  var choose = function (what) {
    // "question", which has no choice of its own, is both open and closed: everything is shown.
    var input = doc.querySelector('input[name="show"][value="' + what + '"]') ||
      doc.querySelector('input[name="show"][value="all"]');
    if (input) { input.checked = true; show(input.value); }
  };
  var order = function (by) {
    var list = doc.querySelector('#g-questions ol');
    if (!list) { return; }
    var number = function (card, name) { return Number(card.dataset[name] || 0); };
    all('.mo', list).sort(function (a, b) {
      var time = number(a, 't') - number(b, 't');
      return by === 'time' ? time : number(b, 'answer') - number(a, 'answer') || time;
    }).forEach(function (card) { list.appendChild(card); });
  };
  var come = function (id) {
    var place = id && doc.getElementById(id);
    var card = place && place.closest('.mo,.grp');
    if (!card) { return; }
    if (card.hidden) { choose('all'); }
    all('.here').forEach(function (other) { other.classList.remove('here'); });
    if (card.classList.contains('mo')) { card.classList.add('here'); }
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: 'start' });
  };
  doc.addEventListener('change', function (event) {
    if (event.target.name === 'show') { show(event.target.value); }
    if (event.target.name === 'order') { order(event.target.value); }
  });
  doc.addEventListener('click', function (event) {
    var link = event.target.closest('a[href^="#"]');
    if (!link || link.classList.contains('skip')) { return; }
    if (link.dataset.show) { choose(link.dataset.show); }
    var id = link.getAttribute('href').slice(1);
    if (doc.getElementById(id)) {
      event.preventDefault();
      history.pushState(null, '', '#' + id);
      come(id);
    }
  });
  window.addEventListener('popstate', function () { come(location.hash.slice(1)); });
  var tools = doc.querySelector('.tools');
  if (tools) { tools.hidden = false; }
  if (location.hash) { come(location.hash.slice(1)); }
})();
