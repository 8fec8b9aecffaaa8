// Sound: a relative link to each file, else files the reader picks. Nothing is copied or sent.
// The session's clock leads; each file plays at its place on it.
const player = by('player');
if (player) {
  const BEFORE = 2; // seconds that a moment is played from before it starts
  const STEP = 5; // seconds of an arrow
  const DRIFT = 0.15; // seconds two files may lie apart
  const HASHED = 1 << 29; // bytes up to which a picked file is hashed: it is read whole
  const say = player.dataset;
  // Stretches off the record, in seconds; left a little early, for a step takes a tenth of one.
  const cuts = (say.cuts || '').split(' ').filter(Boolean).map((cut) => cut.split('-').map((ms) => ms / 1000));
  const past = (at) => cuts.reduce((t, [from, to]) => (t > from - 0.15 && t < to ? to : t), at);
  const tracks = all('audio').map((sound) => ({
    sound,
    offset: Number(sound.dataset.offset) / 1000,
    name: sound.dataset.name,
    link: sound.dataset.href,
    picked: false,
  }));
  const [toggle, clock, line, ask, note, anyway] =
    ['pl-toggle', 'pl-time', 'pl-line', 'pl-ask', 'pl-note', 'pl-anyway'].map(by);
  const said = all('.u[data-t]').map((element) => ({
    element, from: Number(element.dataset.t), to: Number(element.dataset.e),
  }));
  let playing = false;
  let base = 0; // where the clock stood …
  let since = 0; // … at this moment of the browser's own
  let ticket = 0; // of the newest wish: an older one that comes back late is dropped
  let button = null;
  let accepted = false; // the reader wants to hear this file although it may be another one
  let trouble = false;

  all('.play').forEach((other) => {
    other.setAttribute('aria-label', say.from.replace('{place}', other.textContent));
  });
  const text = (seconds) => {
    const s = Math.floor(seconds);
    const two = (n) => String(n).padStart(2, '0');
    const hours = Math.floor(s / 3600);
    const minutes = Math.floor(s / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
  };
  const sounding = ({ sound }) => !sound.paused && !sound.ended && sound.readyState > 1;
  const now = () => {
    if (!playing) { return base; }
    const lead = tracks.find((track) => sounding(track) && !track.sound.seeking);
    return lead ? lead.sound.currentTime + lead.offset : base + (performance.now() - since) / 1000;
  };
  const set = (at) => { base = at; since = performance.now(); };
  const end = () => Math.max(...tracks.map((track) => track.offset + (track.sound.duration || 0)));
  const inside = ({ sound, offset }) => base >= offset && base < offset + (sound.duration || 0);

  const tell = (message, choice) => {
    note.textContent = message;
    ask.hidden = !choice;
    anyway.hidden = choice !== 'anyway';
    trouble = Boolean(choice);
  };
  const mark = () => {
    toggle.textContent = playing ? say.pause : say.play;
    all('.play[aria-pressed]').forEach((other) => other.removeAttribute('aria-pressed'));
    if (button) { button.setAttribute('aria-pressed', String(playing)); }
  };
  const hear = () => {
    const at = now() * 1000;
    clock.textContent = text(at / 1000);
    point(player.hidden ? null : at);
    let heard = null;
    said.forEach(({ element, from, to }) => {
      const here = !player.hidden && at >= from && at < to;
      if (here) { heard = element; }
      if (element.classList.contains('now') !== here) { element.classList.toggle('now', here); }
    });
    const turn = heard && heard.closest('li');
    all('.tr [aria-current]').forEach((other) => {
      if (other !== turn) { other.removeAttribute('aria-current'); other.removeAttribute('id'); }
    });
    if (turn) {
      turn.setAttribute('aria-current', 'true');
      const words = heard.textContent;
      if (line.textContent !== words) { line.textContent = words; }
      turn.id = 'heard';
      line.setAttribute('href', '#heard');
    }
    line.hidden = !line.textContent;
  };
  const pause = () => {
    set(now());
    playing = false;
    tracks.forEach(({ sound }) => sound.pause());
    mark();
    hear();
  };
  // A file starts when the clock reaches it, and is put right when it has drifted.
  const tick = () => {
    if (!playing) { return; }
    set(now());
    if (base >= end()) { pause(); return; }
    if (past(base) !== base) { play(past(base)); return; }
    tracks.forEach((track) => {
      const { sound, offset } = track;
      if (!inside(track)) { sound.pause(); return; }
      if (!sound.seeking && Math.abs(sound.currentTime - (base - offset)) > DRIFT) {
        sound.currentTime = base - offset;
      }
      if (sound.paused) { sound.play().catch(() => {}); }
    });
    hear();
  };
  setInterval(tick, 100);

  const loaded = (track) => new Promise((done, fail) => {
    const { sound } = track;
    if (sound.readyState > 0) { done(); return; }
    if (!track.picked && !track.link) { fail(track); return; }
    sound.addEventListener('loadedmetadata', () => done(), { once: true });
    sound.addEventListener('error', () => fail(track), { once: true });
    if (!track.picked) { sound.src = track.link; }
    sound.preload = 'auto';
    sound.load();
  });
  const as_long = () => {
    const expected = Number(say.length) / 1000;
    return !expected || Math.abs(end() - expected) <= Math.max(2, expected / 100);
  };
  const sought = (track) => new Promise((done) => {
    const { sound, offset } = track;
    if (!inside(track)) { done(); return; }
    sound.addEventListener('seeked', () => done(), { once: true });
    sound.currentTime = base - offset;
  });
  const failed = (track) => {
    const unplayable = track.picked || track.sound.dataset.playable === 'false';
    tell(fill(unplayable ? say.unplayable : say.missing, { name: track.name }), 'pick');
  };
  const load = () => Promise.all(tracks.map(loaded));
  const play = async (at) => {
    ticket += 1;
    const mine = ticket;
    pause();
    set(past(Math.max(0, at)));
    player.hidden = false;
    try { await load(); } catch (track) {
      if (mine === ticket) { failed(track); }
      return;
    }
    if (mine !== ticket) { return; }
    if (!accepted && !as_long()) { tell(say.longer, 'anyway'); return; }
    set(Math.min(base, Math.max(0, end() - 0.1)));
    await Promise.all(tracks.map(sought));
    if (mine !== ticket) { return; }
    if (trouble) { tell('', ''); }
    set(base);
    playing = true;
    try { await Promise.all(tracks.filter(inside).map(({ sound }) => sound.play())); } catch (error) {
      if (mine === ticket && error.name !== 'AbortError') { pause(); tell(say.press, ''); }
      return;
    }
    mark();
    hear();
  };

  // The files the reader picks, each for the track it is: by what it holds, else by its name, else
  // by its place.
  const digest = async (file) => {
    if (!(window.crypto && crypto.subtle) || file.size > HASHED) { return ''; }
    const bytes = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  const pick = async (files) => {
    if (files.length < tracks.length) {
      tell(fill(say.few, { n: tracks.length }), 'pick');
      return;
    }
    ticket += 1;
    const mine = ticket;
    pause();
    accepted = false;
    tell(say.checking, 'pick');
    const left = [];
    for (const file of files) { left.push({ file, hash: await digest(file) }); }
    if (mine !== ticket) { return; }
    const take = (fits) => {
      const at = left.findIndex(fits);
      return at < 0 ? null : left.splice(at, 1)[0];
    };
    tracks.forEach((track) => {
      track.found = take(({ hash }) => hash && hash === track.sound.dataset.sha256);
      track.same = Boolean(track.found);
    });
    tracks.forEach((track) => {
      track.found = track.found || take(({ file }) => file.name === track.name);
    });
    tracks.forEach((track) => {
      const { file } = track.found || left.shift();
      if (track.picked) { URL.revokeObjectURL(track.sound.src); }
      Object.assign(track, { picked: true, name: file.name, found: null });
      track.sound.src = URL.createObjectURL(file);
    });
    accepted = tracks.every(({ same }) => same);
    if (accepted) { tell(say.same, ''); play(base); return; }
    try { await load(); } catch (track) {
      if (mine === ticket) { failed(track); }
      return;
    }
    if (mine === ticket) { tell(as_long() ? say.aslong : say.differs, 'anyway'); }
  };

  on(by('pl-file'), 'change', (event) => pick([...event.target.files]));
  on(anyway, 'click', () => { accepted = true; tell('', ''); play(base); });
  on(toggle, 'click', () => (playing ? pause() : play(base)));
  const seek = (by) => { const at = now() + by; if (playing) { play(at); } else { set(Math.max(0, at)); hear(); } };
  on(by('pl-back'), 'click', () => seek(-STEP));
  on(by('pl-forward'), 'click', () => seek(STEP));
  const close = () => {
    pause();
    ticket += 1;
    player.hidden = true;
    hear();
    if (button) { button.focus(); }
  };
  on(by('pl-close'), 'click', close);

  // Its own time, that of its card, or that of the first line of its turn.
  const from = (pressed) => {
    const timed = pressed.closest('[data-t]') || one('[data-t]', pressed.parentElement);
    return Number(timed.dataset.t) / 1000 - BEFORE;
  };
  on(doc, 'click', (event) => {
    const pressed = event.target.closest('.play');
    if (!pressed) { return; }
    if (pressed === button && playing) { pause(); return; }
    button = pressed;
    line.textContent = '';
    play(from(pressed));
  });
  follow = (card) => {
    const pressed = one('.play', card);
    if (!player.hidden && pressed) { button = pressed; play(from(pressed)); }
  };
  on(by('pl-next'), 'click', () => step(1));
  on(by('pl-previous'), 'click', () => step(-1));
  on(doc, 'keydown', (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input,textarea')) { return; }
    const open = !player.hidden;
    const act = {
      ' ': open && !target.closest('button,a,summary') && (() => (playing ? pause() : play(base))),
      ArrowLeft: open && (() => seek(-STEP)),
      ArrowRight: open && (() => seek(STEP)),
      Escape: open && target.closest('#player') && close,
    }[key];
    if (act) { event.preventDefault(); act(); }
  });
}
