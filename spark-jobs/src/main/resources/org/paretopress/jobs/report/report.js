// Charts and choices of the report of one run.
function drawPage() {
  const { dark, byId, finite, short, theme, colours, lossAxis, plainAxis, frame, chartIn } = charts;
  charts.renew();
  const data = JSON.parse(document.getElementById('report-data').textContent);
  const front = data.points.filter((point) => point.front);
  const shapes = ['circle', 'diamond', 'triangle', 'rect', 'roundRect', 'pin'];

  let chosen = front.find((point) => point.id === data.firstId) || front[0];
  let other = null;
  let measure = 'kl';
  let course = 'tokens';

  // ---- the front

  const frontAxisName = () => (measure === 'kl' ? 'Held-out KL, nats per token' : 'Held-out perplexity');

  function frontOption(log, look) {
    const option = frame(look);
    option.xAxis = sizeAxis(look);
    option.yAxis = lossAxis(frontValues(), log, look);
    option.series = [frontLine(look), ...[false, true].flatMap((onFront) => Object.keys(data.styles).map((key) => markers(key, onFront, look))), rings(look)];
    return option;
  }

  function sizeAxis(look) {
    const axis = plainAxis('size, MB', short, look);
    const margin = (range) => (range.max - range.min) * 0.04 || range.max * 0.05;
    axis.min = (range) => range.min - margin(range);
    axis.max = (range) => range.max + margin(range);
    Object.assign(axis.axisLabel, { showMinLabel: false, showMaxLabel: false });
    return axis;
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

  /** Points of the front lie above others. */
  function markers(key, onFront, look) {
    const style = data.styles[key];
    return {
      type: 'scatter', symbol: 'path://' + style.path, symbolSize: 11 * style.width, symbolKeepAspect: true, z: onFront ? 4 : 3,
      itemStyle: { color: dark.matches ? style.colourOnDark : style.colour, borderColor: dark.matches ? look.paper : look.ink, borderWidth: 0.7, opacity: 1 },
      data: data.points.map((point, index) => ({ point, index })).filter(({ point }) => point.style === key && point.front === onFront && finite(point[measure]))
        .map(({ point, index }) => ({ value: place(point), index, tip: { title: point.id, facts: point.facts } })),
    };
  }

  function rings(look) {
    const knee = data.hasKnee ? front.find((point) => point.id === data.firstId) : null;
    const ringed = knee && knee !== chosen ? [knee, chosen] : [chosen];
    return {
      id: 'rings', type: 'scatter', symbol: 'circle', symbolSize: 20, silent: true, z: 2,
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
    option.xAxis = course === 'tokens' ? plainAxis('tokens evaluated', millions, look) : plainAxis('generation', short, look);
    option.yAxis = lossAxis(generationValues(), log, look);
    option.grid.top = 44;
    option.color = colours();
    option.legend = { type: 'scroll', top: 0, left: 0, itemGap: 20, textStyle: { color: look.ink, fontSize: 13 }, inactiveColor: look.muted };
    option.series = data.generations.map((search, i) => ({
      type: 'line', name: search.budget, symbol: shapes[i % shapes.length], symbolSize: 7, showAllSymbol: true,
      lineStyle: { width: 1.5, type: ['solid', 'dashed', 'dotted'][Math.floor(i / option.color.length) % 3] },
      data: search.steps.filter((step) => finite(step.loss))
        .map((step) => ({ value: [step[course], step.loss], tip: { title: 'At ' + search.budget, facts: step.facts } })),
    }));
    return option;
  }

  // ---- what a search that goes on has found

  function soFarOption(log, look) {
    const option = frame(look);
    option.xAxis = sizeAxis(look);
    option.yAxis = lossAxis(soFarValues(), log, look);
    option.series = [{
      type: 'line', step: 'end', symbol: 'circle', symbolSize: 9, showAllSymbol: true,
      color: dark.matches ? data.styles.search.colourOnDark : data.styles.search.colour, lineStyle: { width: 1.5 },
      data: data.soFar.filter((one) => finite(one.loss))
        .map((one) => ({ value: [one.size / 1e6, one.loss], tip: { title: short(one.size / 1e6) + ' MB', facts: one.facts } })),
    }];
    return option;
  }

  const soFarValues = () => data.soFar.map((one) => one.loss).filter(finite);

  // ---- one choice of a point for the command, the levels and the ring in the chart

  function choose(point) {
    chosen = point;
    const index = data.points.indexOf(point);
    document.querySelectorAll('[data-choose]').forEach((select) => { select.selectedIndex = index; });
    document.querySelectorAll('[data-chosen]').forEach((text) => { text.textContent = point.id; });
    document.querySelectorAll('[data-sentence]').forEach((text) => { text.textContent = point.sentence; });
    byId('levels-protection').textContent = point.protection;
    document.querySelectorAll('[data-key]').forEach((count, level) => {
      count.textContent = String(point.levels.filter((one) => one === level).length);
    });
    command();
    compare();
    if (frontChart) frontChart.chart.setOption({ series: [rings(theme())] }, { lazyUpdate: true });
  }

  function command() {
    const format = byId('take-format').value;
    byId('take-command').textContent = chosen.exports.find((one) => one.format === format).text;
    byId('take-said').textContent = '';
  }

  /** Paints the levels of the chosen point, or how those of another differ from them. */
  function compare() {
    document.querySelectorAll('[data-other]').forEach((text) => { text.textContent = other ? ' → ' + other.id : ''; });
    document.querySelectorAll('[data-shading]').forEach((text) => {
      text.textContent = other ? 'blue where ' + other.id + ' compresses less, orange where it compresses more'
        : 'the stronger the colour, the less a layer is compressed';
    });
    let more = 0;
    let less = 0;
    document.querySelectorAll('[data-layer]').forEach((cell) => {
      const layer = Number(cell.dataset.layer);
      const from = chosen.levels[layer];
      if (!other) {
        paint(cell, data.levels[from]);
        return;
      }
      const to = other.levels[layer];
      more += to > from ? 1 : 0;
      less += to < from ? 1 : 0;
      paintDifference(cell, from, to);
    });
    byId('levels-difference').textContent = other
      ? 'Of ' + chosen.levels.length + ' layers, ' + other.id + ' compresses ' + more + ' less than ' + chosen.id + ' and ' + less + ' more.'
      : '';
  }

  function paint(cell, level) {
    cell.textContent = level ? level.name : '';
    cell.className = 'level ' + (level ? level.tone : '');
    cell.style.setProperty('--shade', level ? level.shade : '0');
  }

  function paintDifference(cell, from, to) {
    const name = (level) => (data.levels[level] ? data.levels[level].name : '–');
    cell.textContent = from === to ? name(from) : name(from) + ' → ' + name(to);
    cell.className = 'level ' + (to > from ? 'more' : to < from ? 'less' : 'same');
    cell.style.setProperty('--shade', String(Math.abs(to - from) / data.levels.length));
  }

  /** The largest point of the front within so many bytes. */
  function fit() {
    const size = byId('fits-size');
    const bytes = Number(size.value) * Number(byId('fits-unit').value);
    const said = byId('fits-said');
    if (size.value === '' || !(bytes >= 0)) {
      said.textContent = '';
      return;
    }
    const found = front.filter((point) => point.size <= bytes).pop();
    if (found) choose(found);
    const smallest = front[0].size / Number(byId('fits-unit').value);
    said.textContent = found ? 'Point ' + found.id + ' fits.'
      : 'Nothing here is that small: the smallest point has ' + Number(smallest.toPrecision(4)) + '.';
  }

  function offerPicker() {
    if (!chosen) return;
    const unit = byId('fits-unit');
    const fitting = Array.from(unit.options).slice(0, 3).filter((option) => Number(option.value) <= chosen.size);
    unit.value = fitting.length ? fitting[fitting.length - 1].value : unit.options[0].value;
    byId('fits-size').addEventListener('input', fit);
    unit.addEventListener('change', fit);
    byId('take-format').addEventListener('change', command);
    byId('levels-other').addEventListener('change', (event) => { other = data.points[event.target.selectedIndex - 1] || null; compare(); });
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
  chartIn('sofar', () => 'Loss: ' + data.loss, soFarValues, soFarOption);
  const generationsChart = chartIn('generations', () => 'Loss: ' + data.loss, generationValues, generationsOption);
  if (frontChart) {
    frontChart.chart.on('click', (event) => { if (event.data && event.data.index >= 0) choose(data.points[event.data.index]); });
  }
  document.querySelectorAll('input[name=measure]').forEach((radio) => radio.addEventListener('change', () => {
    measure = radio.value;
    frontChart.container.setAttribute('aria-label',
      'Size of each point against its held-out ' + (measure === 'kl' ? 'KL' : 'perplexity') + '. The tables below give the same numbers.');
    frontChart.restart();
  }));
  document.querySelectorAll('input[name=course]').forEach((radio) => radio.addEventListener('change', () => {
    course = radio.value;
    generationsChart.draw();
  }));
  document.querySelectorAll('[data-choose]').forEach((select) => select.addEventListener('change', () => choose(data.points[select.selectedIndex])));
  offerPicker();
  // A browser may restore an earlier choice of the lists when the page is loaded again.
  if (chosen) choose(chosen);
  offerCopy();
}
drawPage();
