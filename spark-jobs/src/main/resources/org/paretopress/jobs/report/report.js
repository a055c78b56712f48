'use strict';
// Charts and choices of the report. Texts come ready to show and are set as text, never as markup.
(function () {
  const data = JSON.parse(document.getElementById('report-data').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const front = data.points.filter((point) => point.front);
  const series = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
  const shapes = ['circle', 'diamond', 'triangle', 'rect', 'roundRect', 'pin'];
  const byId = (id) => document.getElementById(id);
  const finite = (number) => typeof number === 'number' && Number.isFinite(number);

  let chosen = front.find((point) => point.id === data.kneeId) || front[0];
  let measure = 'kl';

  // ---- common to both charts

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
      const possible = logSuits(values());
      byId(id + '-axis').textContent = axisName() + (log && possible ? ' (log scale)' : '');
      button.disabled = !possible;
      button.title = possible ? '' : 'A log scale needs losses above zero';
      button.setAttribute('aria-pressed', String(log && possible));
      chart.setOption(option(log && possible, theme()), true);
    };
    button.addEventListener('click', () => { log = !log; draw(); });
    dark.addEventListener('change', draw);
    new ResizeObserver(() => chart.resize()).observe(container);
    draw();
    return { chart, draw, container, restart: () => { log = suggested(); draw(); } };
  }

  const logSuits = (values) => values.length > 0 && values.every((value) => value > 0);

  // ---- the front

  const frontAxisName = () => (measure === 'kl' ? 'Held-out KL, nats per token' : 'Held-out perplexity');

  function frontOption(log, look) {
    const option = frame(look);
    option.xAxis = plainAxis('size, MB', short, look);
    const margin = (range) => (range.max - range.min) * 0.04 || range.max * 0.05;
    option.xAxis.min = (range) => range.min - margin(range);
    option.xAxis.max = (range) => range.max + margin(range);
    Object.assign(option.xAxis.axisLabel, { showMinLabel: false, showMaxLabel: false });
    option.yAxis = lossAxis(frontValues(), log, look);
    option.series = [frontLine(look), ...Object.keys(data.styles).map((key) => markers(key, look)), rings(look)];
    return option;
  }

  const place = (point) => [point.size / 1e6, point[measure]];
  const drawn = (points) => points.filter((point) => finite(point[measure]));

  function frontValues() {
    const values = drawn(data.points).map((point) => point[measure]);
    return measure === 'perplexity' && finite(data.densePerplexity) ? values.concat(data.densePerplexity) : values;
  }

  function frontLine(look) {
    const style = data.styles.search;
    const line = {
      type: 'line', step: 'end', symbol: 'none', silent: true, data: drawn(front).map(place), z: 1,
      lineStyle: { width: 1.5, color: dark.matches ? style.colourOnDark : style.colour },
    };
    if (measure === 'perplexity' && finite(data.densePerplexity)) {
      line.markLine = {
        silent: true, symbol: 'none', data: [{ yAxis: data.densePerplexity }], lineStyle: { color: look.muted, type: 'dashed' },
        label: { formatter: 'dense model', position: 'insideEndTop', color: look.muted, fontSize: 12 },
      };
    }
    return line;
  }

  function markers(key, look) {
    const style = data.styles[key];
    return {
      type: 'scatter', symbol: 'path://' + style.path, symbolSize: 11 * style.width, symbolKeepAspect: true, z: 3,
      itemStyle: { color: dark.matches ? style.colourOnDark : style.colour, borderColor: dark.matches ? look.paper : look.ink, borderWidth: 0.7, opacity: 1 },
      data: drawn(data.points).filter((point) => point.style === key)
        .map((point) => ({ value: place(point), front: front.indexOf(point), tip: { title: point.id, facts: point.facts } })),
    };
  }

  function rings(look) {
    const knee = front.find((point) => point.id === data.kneeId) || front[0];
    const ringed = knee === chosen ? [knee] : [knee, chosen];
    return {
      type: 'scatter', symbol: 'circle', symbolSize: 20, silent: true, z: 2,
      itemStyle: { color: 'transparent', borderColor: look.ink, borderWidth: 1.5, opacity: 1 },
      data: drawn(ringed).map((point) => ({ value: place(point), label: ringLabel(point, point === knee, look) })),
    };
  }

  function ringLabel(point, isKnee, look) {
    const text = (isKnee ? 'knee: ' : 'chosen: ') + point.id.slice(0, 40);
    const left = point.size - front[0].size > 0.3 * (front[front.length - 1].size - front[0].size);
    return {
      show: true, formatter: () => text, position: left ? 'left' : 'right', distance: 4, offset: [0, left ? 13 : -13],
      color: look.ink, fontSize: 13, textBorderColor: look.paper, textBorderWidth: 3,
    };
  }

  // ---- loss by generation

  const millions = (tokens) => (tokens >= 1e6 ? short(tokens / 1e6) + ' M' : tokens >= 1e3 ? short(tokens / 1e3) + ' k' : short(tokens));

  function generationValues() {
    return data.generations.flatMap((search) => search.steps.map((step) => step.loss)).filter(finite);
  }

  function generationsOption(log, look) {
    const option = frame(look);
    option.xAxis = plainAxis('tokens evaluated', millions, look);
    option.yAxis = lossAxis(generationValues(), log, look);
    option.grid.top = 44;
    option.color = dark.matches ? series.map((colour, i) => (i === 0 ? '#56B4E9' : i === 5 ? '#0072B2' : colour)) : series;
    option.legend = { type: 'scroll', top: 0, left: 0, itemGap: 20, textStyle: { color: look.ink, fontSize: 13 }, inactiveColor: look.muted };
    option.series = data.generations.map((search, i) => ({
      type: 'line', name: search.budget, symbol: shapes[i % shapes.length], symbolSize: 7, showAllSymbol: true,
      lineStyle: { width: 1.5, type: ['solid', 'dashed', 'dotted'][Math.floor(i / series.length) % 3] },
      data: search.steps.filter((step) => finite(step.loss))
        .map((step) => ({ value: [step.tokens, step.loss], tip: { title: 'At ' + search.budget, facts: step.facts } })),
    }));
    return option;
  }

  // ---- one choice of a point for the command, the levels and the ring in the chart

  function choose(point) {
    chosen = point;
    const index = front.indexOf(point);
    document.querySelectorAll('[data-choose]').forEach((select) => { select.selectedIndex = index; });
    document.querySelectorAll('[data-chosen]').forEach((text) => { text.textContent = point.id; });
    byId('take-command').textContent = point.export;
    byId('take-said').textContent = '';
    document.querySelectorAll('[data-layer]').forEach((cell) => paint(cell, data.levels[point.levels[Number(cell.dataset.layer)]]));
    document.querySelectorAll('[data-key]').forEach((count, level) => {
      count.textContent = String(point.levels.filter((other) => other === level).length);
    });
    if (frontChart) frontChart.draw();
  }

  function paint(cell, level) {
    cell.textContent = level ? level.name : '';
    cell.className = 'level ' + (level ? level.tone : '');
    cell.style.setProperty('--shade', level ? level.shade : '0');
  }

  function offerCopy() {
    const button = byId('take-copy');
    if (!button) return;
    button.hidden = !navigator.clipboard;
    const say = (text) => { byId('take-said').textContent = text; };
    button.addEventListener('click', () => {
      navigator.clipboard.writeText(byId('take-command').textContent)
        .then(() => say('Copied.'), () => say('The browser did not allow copying; select the command instead.'));
    });
  }

  // ---- start

  document.querySelectorAll('[data-scripted]').forEach((element) => { element.hidden = false; });
  const frontChart = chartIn('front', frontAxisName, frontValues, frontOption);
  chartIn('generations', () => 'Loss', generationValues, generationsOption);
  if (frontChart) {
    frontChart.chart.on('click', (event) => { if (event.data && event.data.front >= 0) choose(front[event.data.front]); });
  }
  document.querySelectorAll('input[name=measure]').forEach((radio) => radio.addEventListener('change', () => {
    measure = radio.value;
    frontChart.container.setAttribute('aria-label',
      'Size of each point against its held-out ' + (measure === 'kl' ? 'KL' : 'perplexity') + '. The tables below give the same numbers.');
    frontChart.restart();
  }));
  document.querySelectorAll('[data-choose]').forEach((select) => select.addEventListener('change', () => choose(front[select.selectedIndex])));
  // A browser may restore an earlier choice of the lists when the page is loaded again.
  if (chosen) choose(chosen);
  offerCopy();
}());
