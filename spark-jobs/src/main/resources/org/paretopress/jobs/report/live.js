// Keeps a page up to date while what it tells of goes on.
(function () {
  const every = 2000;
  const shown = new Map();
  let version = '"' + document.getElementById('progress').dataset.version + '"';

  const controls = () => Array.from(document.querySelectorAll('input, select, details, button[aria-pressed]'));
  const key = (element) => element.id || (element.matches('details') ? element.firstElementChild.textContent : element.name + '=' + element.value);

  const touched = new Set();
  for (const kind of ['click', 'change', 'toggle']) {
    document.addEventListener(kind, (event) => {
      const control = event.target.closest && event.target.closest('input, select, details, button[aria-pressed]');
      if (control) touched.add(key(control));
    }, true);
  }

  /** What the reader has set, to be set again on the new page. */
  function settings() {
    return new Map(controls().filter((element) => touched.has(key(element))).map((element) => [key(element), {
      open: element.open, checked: element.checked, value: element.value, pressed: element.getAttribute('aria-pressed'),
    }]));
  }

  function restore(kept) {
    controls().forEach((element) => {
      const old = kept.get(key(element));
      if (!old) return;
      if (element.matches('details')) element.open = old.open;
      else if (element.matches('button')) {
        if (element.getAttribute('aria-pressed') !== old.pressed) element.click();
      } else if (element.checked !== old.checked || element.value !== old.value) {
        element.checked = old.checked;
        element.value = old.value;
        if (element.type !== 'radio' || element.checked) element.dispatchEvent(new Event('change'));
      }
    });
  }

  /** How the reader has sorted the table. */
  function sorting() {
    const heading = document.querySelector('th[aria-sort]');
    return heading && { name: heading.dataset.name, presses: heading.getAttribute('aria-sort') === 'ascending' ? 1 : 2 };
  }

  function sort(sorted) {
    for (let press = 0; sorted && press < sorted.presses; press++) {
      document.querySelector('th[data-name="' + sorted.name + '"] button').click();
    }
  }

  /** Where the reader has scrolled inside of tables. */
  const scrolled = () => new Map(Array.from(document.querySelectorAll('.scroll')).map((box, index) => [index, [box.scrollLeft, box.scrollTop]]));

  /** Replaces a part where it is another; the reader keeps place, focus and settings. */
  function replace(part, page) {
    const text = page.querySelector(part).outerHTML;
    if (text === shown.get(part)) return false;
    shown.set(part, text);
    document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
    return true;
  }

  function show(page) {
    const kept = settings();
    const sorted = sorting();
    const boxes = scrolled();
    const focused = controls().includes(document.activeElement) ? key(document.activeElement) : null;
    const scroll = window.scrollY;
    replace('header', page);
    const data = replace('#report-data', page);
    if (!replace('main', page) && !data) return;
    drawPage();
    restore(kept);
    sort(sorted);
    document.querySelectorAll('.scroll').forEach((box, index) => { [box.scrollLeft, box.scrollTop] = boxes.get(index) || [0, 0]; });
    const again = focused && controls().find((one) => key(one) === focused);
    if (again) again.focus({ preventScroll: true });
    window.scrollTo(0, scroll);
  }

  function lost() {
    shown.clear();
    version = null;
    const progress = document.getElementById('progress');
    if (progress) progress.textContent = 'Nobody answers any more: the process has ended, or cannot be reached. What is below may be old; when the search has ended, the report is ' + progress.dataset.report + '.';
  }

  async function look() {
    try {
      const answer = await fetch(location.href, { cache: 'no-cache' });
      const now = answer.headers.get('ETag');
      if (answer.ok && now !== version) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        show(page);
        version = now;
        if (!document.getElementById('progress')) return;
      }
    } catch (e) {
      lost();
    }
    setTimeout(look, every);
  }

  look();
}());
