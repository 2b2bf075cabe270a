// SPDX-License-Identifier: MIT
// A suite: a chart for each thing that it measures, and all of its numbers as a table.
import * as Plot from '@observablehq/plot';

import {axis, chart, grid, plot} from './chart.js';
import {element, folded, table} from './dom.js';
import {colour_of, named, rank_of, shape_of} from './engines.js';
import {number, plural, range, scale, times} from './format.js';
import {heat_map} from './heat.js';
import {histograms} from './histogram.js';
import {grouped, measured, nodes_among, nodes_of, ratios, results, what_of} from './report.js';

const direction = (result) => (result.higher_is_better ? 'higher is better' : 'lower is better');

const by_engine = (a, b) => rank_of(a.engine) - rank_of(b.engine) || a.index - b.index;

// All that measures the same, engines beside each other.
function panel(same) {
    const [first] = same;
    const several_words = new Set(same.map((one) => one.word)).size > 1;
    const shown = scale(first.unit, Math.max(...same.map((one) => one.median)));
    const rows = [...same].sort(by_engine).map(
        (one) => ({
            ...one,
            label: several_words && one.engine !== 'reference' ? `${one.engine} ${one.word}` :
                                                                 one.engine,
        }));
    const x = axis(same.flatMap((one) => one.runs).map(shown.of));
    const runs =
        rows.flatMap((one) => one.runs.map((run) => ({row: one.index, run: shown.of(run)})));
    const labels = new Map(rows.map((one) => [one.index, one.label]));
    const note = [
        plural(first.threads, 'thread'), shown.unit + (x.type === 'log' ? ', logarithmic' : ''),
        direction(first)
    ].join(' · ');
    return chart(
        what_of(first), note,
        (width) => plot({
            width,
            height: rows.length * 17 + 34,
            marginLeft: 12 + 6.2 * Math.max(...rows.map((one) => one.label.length)),
            marginRight: 58,
            marginTop: 6,
            marginBottom: 28,
            x,
            y: {
                type: 'band',
                domain: rows.map((one) => one.index),
                label: null,
                tickSize: 0,
                tickFormat: (index) => labels.get(index)
            },
            marks: [
                ...grid(x, number),
                Plot.tickX(
                    runs,
                    {x: 'run', y: 'row', stroke: 'var(--faint)', strokeOpacity: 0.7, inset: 4}),
                Plot.ruleY(rows.filter((one) => one.interval), {
                    x1: (one) => shown.of(one.interval[0]),
                    x2: (one) => shown.of(one.interval[1]),
                    y: 'index',
                    stroke: (one) => colour_of(one.engine),
                    strokeWidth: 3,
                    strokeOpacity: 0.55
                }),
                Plot.dot(rows, {
                    x: (one) => shown.of(one.median),
                    y: 'index',
                    r: 3.5,
                    symbol: (one) => shape_of(one.engine),
                    fill: (one) => (one.numa ? 'var(--paper)' : colour_of(one.engine)),
                    stroke: (one) => colour_of(one.engine),
                    strokeWidth: 1.5
                }),
                Plot.text(rows, {
                    y: 'index',
                    text: (one) => number(shown.of(one.median)),
                    frameAnchor: 'right',
                    textAnchor: 'end',
                    dx: 54,
                    fontVariant: 'tabular-nums'
                }),
                Plot.tip(rows, Plot.pointerY({
                    x: (one) => shown.of(one.median),
                    y: 'index',
                    title: (one) =>
                        `${one.label}\n${number(shown.of(one.median))} ${shown.unit}\n` +
                        `95 %: ${range(one.interval?.map(shown.of))}\n${
                            plural(one.runs.length, 'run')}`
                })),
            ],
            color: {type: 'identity'},
            symbol: {type: 'identity'},
        }));
}

function numbers(suite, all) {
    const columns = [
        'what', 'threads', 'engine', 'word', 'unit', 'median', '95 %', 'runs', 'least', 'most',
        'this library is better by', '95 % of that'
    ];
    const numeric = new Set([
        'threads', 'median', '95 %', 'runs', 'least', 'most', 'this library is better by',
        '95 % of that'
    ]);
    const beside = new Map(ratios.filter((one) => one.mine.word === one.peers.word)
                               .map((one) => [one.peers.index, one]));
    return table(
        `${suite}: every number`, columns.map((title) => ({title, numeric: numeric.has(title)})),
        all.map((one) => {
            const ratio = beside.get(one.index);
            return [
                what_of(one), String(one.threads), named(one.engine), one.word, one.unit,
                number(one.median), range(one.interval), String(one.runs.length), number(one.min),
                number(one.max), ratio ? times(ratio.times) : '',
                ratio ? range(ratio.noise, times) : ''
            ];
        }));
}

// Why an engine has no number, with the words that it is said of.
function reasons(all) {
    const missing = all.filter((one) => one.unsupported != null);
    if (missing.length === 0) return null;
    return element(
        'ul', {class: 'reasons'},
        ...grouped(missing, 'engine', 'unsupported')
            .map(
                (same) => element(
                    'li', {}, named(same[0].engine),
                    ` (${[...new Set(same.map((one) => one.word))].join(', ')}): ${
                        same[0].unsupported}`)));
}

// Results of a thread's node and a word's, as heat maps: one for each engine and word.
function nodes(all) {
    const cells = all.flatMap((one) => {
        const nodes = nodes_of(one);
        return nodes ? [{...one, row: nodes[0], column: nodes[1]}] : [];
    });
    return grouped(cells, 'metric', 'unit', 'threads').map((same) => {
        const shown = scale(same[0].unit, Math.max(...same.map((one) => one.median)));
        const note = [
            plural(same[0].threads, 'thread'), shown.unit, direction(same[0]),
            'down: the thread\'s node, across: the word\'s', 'shaded from 0 to the most of each map'
        ].join(' · ');
        return element(
            'div', {class: 'group'}, element('h3', {}, `${same[0].metric}, node by node`),
            element('p', {class: 'note'}, note),
            element(
                'div', {class: 'maps'},
                ...grouped(same, 'engine', 'word')
                    .map((map) => heat_map({
                             title: element('span', {}, named(map[0].engine), ` ${map[0].word}`),
                             name: `${same[0].metric} by the thread's node and the word's: ${
                                 map[0].engine} ${map[0].word}, ${shown.unit}`,
                             nodes: nodes_among(same),
                             most: Math.max(...map.map((one) => shown.of(one.median))),
                             cells: map.map((one) => ({
                                                row: one.row,
                                                column: one.column,
                                                value: shown.of(one.median)
                                            })),
                         }))));
    });
}

/** The sections of all suites in the report, in its order. */
export function suites() {
    return grouped(results, 'suite').map((all) => {
        const {suite} = all[0];
        const numbered = measured.filter((one) => one.suite === suite);
        const panels = grouped(
            numbered.filter((one) => !nodes_of(one)), 'variant', 'threads', 'metric', 'unit',
            'higher_is_better');
        return element(
            'section', {id: `suite-${suite}`, 'data-title': suite}, element('h2', {}, suite),
            ...nodes(numbered), element('div', {class: 'panels'}, ...panels.map(panel)),
            histograms(numbered), reasons(all),
            numbered.length > 0 ?
                element(
                    'div', {class: 'numbers'}, folded('Every number', numbers(suite, numbered))) :
                null);
    });
}
