'use strict';
// What the charts of all pages have in common. Texts come ready to show and are set as text, never as markup.
const charts = (function () {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const series = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
  const byId = (id) => document.getElementById(id);
  const finite = (number) => typeof number === 'number' && Number.isFinite(number);

  let life = new AbortController();

  /** Forgets the charts of a page whose contents are replaced. */
  function renew() {
    life.abort();
    life = new AbortController();
  }

  /** Calls when the colour scheme changes, as long as the page has these contents. */
  const onScheme = (call) => dark.addEventListener('change', call, { signal: life.signal });

  function theme() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue('--' + name).trim();
    return { paper: read('paper'), ink: read('ink'), muted: read('muted'), rule: read('rule'), font: getComputedStyle(document.body).fontFamily };
  }

  /** The nearest 1, 2 or 5 times a power of ten, at or below (up: above) a positive value. */
  function round125(value, up) {
    const decade = Math.pow(10, Math.floor(Math.log10(value)));
    const steps = [1, 2, 5, 10];
    const step = up ? steps.find((s) => s * decade >= value) : steps.reverse().find((s) => s * decade <= value);
    return Number((step * decade).toPrecision(3));
  }

  const short = (value) => (Math.abs(value) >= 1e-4 || value === 0 ? String(Number(value.toPrecision(6))) : value.toExponential());

  function lossAxis(values, log, look) {
    const axis = {
      type: log ? 'log' : 'value', scale: true,
      axisLabel: { color: look.muted, fontSize: 12, formatter: short },
      splitLine: { lineStyle: { color: look.rule } },
      minorSplitLine: { show: log, lineStyle: { color: look.rule, opacity: 0.45 } },
    };
    if (log && values.length) {
      axis.min = round125(Math.min(...values) / 1.05, false);
      axis.max = round125(Math.max(...values) * 1.05, true);
    }
    return axis;
  }

  function plainAxis(name, formatter, look) {
    return {
      type: 'value', name, nameLocation: 'middle', nameGap: 30, scale: true,
      nameTextStyle: { color: look.ink, fontSize: 13 },
      axisLabel: { color: look.muted, fontSize: 12, hideOverlap: true, formatter },
      axisLine: { lineStyle: { color: look.muted } }, splitLine: { show: false },
    };
  }

  function frame(look) {
    return {
      animation: false, textStyle: { fontFamily: look.font },
      grid: { left: 8, right: 20, top: 12, bottom: 34, containLabel: true },
      tooltip: {
        trigger: 'item', confine: true, transitionDuration: 0, backgroundColor: look.paper, borderColor: look.muted,
        textStyle: { color: look.ink }, padding: [8, 12], formatter: (item) => (item.data && item.data.tip ? tip(item.data.tip) : ''),
      },
    };
  }

  /** An element, not a string: ECharts puts it into the page as it is and reads no markup in it. */
  function tip(content) {
    const box = document.createElement('div');
    box.className = 'tip';
    const add = (tag, text) => box.appendChild(document.createElement(tag)).append(text);
    add('strong', content.title);
    content.facts.forEach((fact) => { add('span', fact.name); add('span', fact.value); });
    return box;
  }

  /** Keeps a chart drawn: at first, when the window or the colour scheme changes, and when its log button is pressed. */
  function chartIn(id, axisName, values, option) {
    const container = byId(id + '-chart');
    if (!container || !window.echarts) return null;
    container.hidden = false;
    const button = byId(id + '-log');
    const chart = echarts.init(container, null, { renderer: 'svg' });
    const suggested = () => logSuits(values()) && Math.max(...values()) >= 10 * Math.min(...values());
    let log = suggested();
    const draw = () => {
      if (chart.isDisposed()) return;
      const possible = logSuits(values());
      byId(id + '-axis').textContent = axisName() + (log && possible ? ' (log scale)' : '');
      button.disabled = !possible;
      button.title = possible ? '' : 'A log scale needs losses above zero';
      button.setAttribute('aria-pressed', String(log && possible));
      chart.setOption(option(log && possible, theme()), true);
    };
    button.addEventListener('click', () => { log = !log; draw(); });
    onScheme(draw);
    new ResizeObserver(() => { if (container.isConnected) chart.resize(); else chart.dispose(); }).observe(container);
    draw();
    return { chart, draw, container, restart: () => { log = suggested(); draw(); } };
  }

  const logSuits = (values) => values.length > 0 && values.every((value) => value > 0);

  /** Colours of lines, told apart by people who see fewer. */
  const colours = () => (dark.matches ? series.map((colour, i) => (i === 0 ? '#56B4E9' : i === 5 ? '#0072B2' : colour)) : series);

  return { dark, renew, onScheme, byId, finite, short, theme, colours, lossAxis, plainAxis, frame, chartIn };
}());
