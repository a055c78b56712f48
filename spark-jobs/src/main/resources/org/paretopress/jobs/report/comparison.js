// Small charts and the table of the page that compares runs.
function drawPage() {
  const { dark, onScheme, byId, short, theme, lossAxis, plainAxis, frame } = charts;
  charts.renew();
  const data = JSON.parse(byId('report-data').textContent);

  // ---- small charts, drawn once they come near the window

  const points = (group) => group.runs.flatMap((run) => run.searched.concat(run.allocations));
  const losses = (group) => points(group).map((point) => point.kl);
  const place = (point) => [point.size / 1e6, point.kl];
  const all = data.groups.flatMap(points).map((point) => point.kl);
  const logIsPossible = all.length > 0 && all.every((loss) => loss > 0);
  let log = logIsPossible && data.groups.some((group) => Math.max(...losses(group)) >= 10 * Math.min(...losses(group)));

  /** The points that no smaller one beats; points come by ascending size. */
  function best(searched) {
    let least = Infinity;
    return searched.filter((point) => {
      const better = point.kl < least;
      least = Math.min(least, point.kl);
      return better;
    });
  }

  function axes(group, look) {
    const sizes = points(group).map((point) => point.size / 1e6);
    const margin = (Math.max(...sizes) - Math.min(...sizes)) * 0.05 || sizes[0] * 0.05;
    const x = plainAxis('', short, look);
    Object.assign(x, { min: Math.min(...sizes) - margin, max: Math.max(...sizes) + margin, splitNumber: 3 });
    const y = lossAxis(losses(group), log, look);
    if (!log) Object.assign(y, { min: Math.min(0, ...losses(group)), max: Math.max(...losses(group)) * 1.08, splitNumber: 3 });
    y.axisLabel.showMaxLabel = log;
    y.minorSplitLine.show = false;
    Object.assign(x.axisLabel, { showMinLabel: false, showMaxLabel: false, fontSize: 11 });
    y.axisLabel.fontSize = 11;
    return { x, y };
  }

  /** All other runs as one line with gaps, and as dots where a run has one point alone. */
  function others(group, run, look) {
    const lines = group.runs.filter((other) => other !== run).map((other) => best(other.searched).map(place));
    return [
      {
        type: 'line', step: 'end', symbol: 'none', silent: true, z: 1, lineStyle: { width: 1, color: look.muted, opacity: 0.4 },
        data: lines.flatMap((line) => line.concat([['-', '-']])),
      },
      {
        type: 'scatter', symbol: 'circle', symbolSize: 4, silent: true, z: 1, itemStyle: { color: look.muted, opacity: 0.5 },
        data: lines.filter((line) => line.length === 1).flat(),
      },
    ];
  }

  function markers(found, key, size, look) {
    const style = data.styles[key];
    return {
      type: 'scatter', symbol: 'path://' + style.path, symbolSize: size * style.width, symbolKeepAspect: true, z: 3,
      itemStyle: { color: dark.matches ? style.colourOnDark : style.colour, borderColor: dark.matches ? look.paper : look.ink, borderWidth: 0.7, opacity: 1 },
      data: found.map((point) => ({ value: place(point), tip: { title: point.id, facts: point.facts } })),
    };
  }

  function option(group, run, look) {
    const style = data.styles[run.style];
    const { x, y } = axes(group, look);
    const line = {
      type: 'line', step: 'end', symbol: 'none', silent: true, z: 2, data: best(run.searched).map(place),
      lineStyle: { width: 1.5, color: dark.matches ? style.colourOnDark : style.colour },
    };
    return Object.assign(frame(look), {
      grid: { left: 2, right: 6, top: 8, bottom: 4, containLabel: true }, xAxis: x, yAxis: y,
      series: [...others(group, run, look), line, markers(run.allocations, 'allocation', 8, look), markers(run.searched, run.style, 9, look)],
    });
  }

  /** A chart that is drawn when it is asked for and not as it should be. */
  function smallChart(container, group, run) {
    let chart = null;
    let stale = true;
    return {
      container,
      draw() {
        if (!stale || !container.isConnected) return;
        stale = false;
        if (!chart) {
          chart = echarts.init(container, null, { renderer: 'svg' });
          new ResizeObserver(() => { if (container.isConnected) chart.resize(); else chart.dispose(); }).observe(container);
        }
        chart.setOption(option(group, run, theme()), true);
      },
      change() { stale = true; },
    };
  }

  /** Draws what is near the window, the others when they come near it, all before printing. Gives what to do on a change. */
  function drawNear(drawn) {
    const drawAll = () => drawn.forEach((one) => one.draw());
    addEventListener('beforeprint', drawAll);
    if (!window.IntersectionObserver) {
      drawAll();
      return () => { drawn.forEach((one) => one.change()); drawAll(); };
    }
    const isNear = (place) => place.bottom > -500 && place.top < innerHeight + 500;
    const drawThese = () => drawn.filter((one) => isNear(one.container.getBoundingClientRect())).forEach((one) => one.draw());
    drawThese();
    const byContainer = new Map(drawn.map((one) => [one.container, one]));
    const watcher = new IntersectionObserver(
      (seen) => seen.filter((one) => one.isIntersecting).forEach((one) => byContainer.get(one.target).draw()), { rootMargin: '400px' });
    drawn.forEach((one) => watcher.observe(one.container));
    return () => { drawn.forEach((one) => one.change()); drawThese(); };
  }

  function startCharts() {
    const button = byId('runs-log');
    if (!button || !window.echarts) return;
    const drawn = Array.from(document.querySelectorAll('[data-group]')).flatMap((list, i) => {
      const containers = list.querySelectorAll('.chart');
      return all.length ? data.groups[i].runs.map((run, j) => smallChart(containers[j], data.groups[i], run)) : [];
    });
    const say = () => {
      const text = 'Up: held-out KL, nats per token' + (log ? ' (log scale)' : '') + '. Across: size, MB.';
      document.querySelectorAll('[data-axis]').forEach((axis) => { axis.textContent = text; });
      button.setAttribute('aria-pressed', String(log));
    };
    button.disabled = !logIsPossible;
    button.title = logIsPossible ? '' : 'A log scale needs losses above zero';
    button.addEventListener('click', () => { log = !log; say(); redraw(); });
    say();
    const redraw = drawNear(drawn);
    onScheme(redraw);
  }

  // ---- the table: rows sort by a column, and leave as CSV in the order shown

  const table = byId('runs-table');
  const headings = Array.from(table.tHead.rows[0].cells);
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  /** What a cell says: a number, a text, or null for nothing. */
  function valueOf(row, column) {
    const cell = row.cells[column];
    const number = cell && cell.querySelector('data');
    if (number) return Number.isNaN(Number(number.value)) ? null : Number(number.value);
    return cell && !headings[column].classList.contains('number') ? cell.textContent : null;
  }

  const compare = (one, other) => (typeof one === 'number' ? one - other : collator.compare(one, other));

  /** Rows with nothing in this column come after the others, and runs that failed last, in either direction. */
  function sortBy(column, descending) {
    const keyed = Array.from(table.tBodies[0].rows).map((row) => ({
      row, value: valueOf(row, column), rank: 'failed' in row.dataset ? 2 : valueOf(row, column) === null ? 1 : 0,
    }));
    keyed.sort((a, b) => a.rank - b.rank || (a.rank ? 0 : (descending ? -1 : 1) * compare(a.value, b.value)));
    table.tBodies[0].append(...keyed.map((one) => one.row));
  }

  headings.forEach((heading, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => {
      const descending = heading.getAttribute('aria-sort') === 'ascending';
      headings.forEach((other) => other.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      sortBy(column, descending);
    });
  });

  /** A text as a field. Spreadsheets would take some for formulas: an apostrophe in front keeps them texts. */
  function field(text) {
    const safe = /^[=+\-@\t\r\n]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  }

  function line(row) {
    const failed = 'failed' in row.dataset;
    const fields = headings.map((heading, column) => {
      const cell = failed && column >= row.cells.length - 1 ? null : row.cells[column];
      const number = cell && cell.querySelector('data');
      if (number) return number.value;
      return cell && !heading.classList.contains('number') ? field(cell.textContent) : '';
    });
    return fields.concat(failed ? field(row.cells[row.cells.length - 1].textContent) : '').join(',');
  }

  function csv() {
    const names = headings.map((heading) => heading.dataset.name).concat('reason').join(',');
    return [names, ...Array.from(table.tBodies[0].rows).map(line)].map((text) => text + '\r\n').join('');
  }

  byId('runs-csv').addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([csv()], { type: 'text/csv;charset=utf-8' }));
    link.download = 'comparison.csv';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    byId('runs-said').textContent = 'comparison.csv holds the rows in the order shown.';
  });

  document.querySelectorAll('[data-scripted]').forEach((element) => { element.hidden = false; });
  startCharts();
}
drawPage();
