// SPDX-License-Identifier: MIT
// This library beside its peers: every measurement as a ratio, on one axis.
import * as Plot from '@observablehq/plot';

import {chart, grid, log_axis, plot} from './chart.js';
import {element, folded, table} from './dom.js';
import {colour_of, meaning_of, named, rank_of, shape_of} from './engines.js';
import {number, range, times} from './format.js';
import {grouped, nodes_of, ratios, verdict, what_of} from './report.js';

const title_of = ({mine}) =>
    `${mine.suite}: ${what_of(mine)}${mine.threads > 1 ? `, ${mine.threads} threads` : ''}`;

// Of each measurement the ratios of one word: of a plain 32-bit one, or else of the first.
// Those that differ in the nodes alone are many, and have maps of their own.
function of_one_word() {
    const with_keys =
        ratios.filter((one) => !nodes_of(one.mine)).map((one) => ({
                                                            ...one,
                                                            what: [
                                                                one.mine.suite, one.mine.variant,
                                                                one.mine.metric, one.mine.unit,
                                                                one.mine.threads
                                                            ],
                                                            word: one.mine.word
                                                        }));
    return grouped(with_keys, 'what').map((same) => {
        const word = same.some((one) => one.word === '32') ? '32' : same[0].word;
        return same.filter((one) => one.word === word)
            .sort((a, b) => rank_of(a.peers.engine) - rank_of(b.peers.engine));
    });
}

function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function tally(rows) {
    const counted = (same, which) => String(same.filter((one) => verdict(one) === which).length);
    const peers = grouped(rows.flat().map((one) => ({...one, engine: one.peers.engine})), 'engine')
                      .sort((a, b) => rank_of(a[0].engine) - rank_of(b[0].engine));
    const titles = [
        'peer', 'measured', 'better', 'level', 'worse', 'unknown', 'smallest', 'median',
        'largest ratio'
    ];
    return table(
        'This library against each peer: in how many measurements it is better or worse beyond the noise, and by how much',
        titles.map((title, i) => ({title, numeric: i > 0})), peers.map((same) => {
            const all = same.map((one) => one.times);
            return [
                element(
                    'span', {}, named(same[0].engine),
                    element('small', {}, ` ${meaning_of(same[0].engine)}`)),
                String(same.length),
                ...['better', 'level', 'worse', 'unknown'].map((which) => counted(same, which)),
                times(Math.min(...all)), times(median(all)), times(Math.max(...all))
            ];
        }));
}

// Where each ratio is drawn, from the top: the height of a row is that of its peers, and
// where it is narrow, its title stands above them.
function laid_out(rows, narrow) {
    const step = 7, between = 9, title = narrow ? 14 : 0;
    let y = 20;
    const titles = [], points = [], bands = [];
    for (const same of rows) {
        const top = y;
        y += title;
        const height = Math.max(same.length * step, narrow ? 0 : 14);
        const inset = (height - same.length * step) / 2;
        titles.push({text: title_of(same[0]), y: narrow ? top + 7 : y + height / 2});
        same.forEach((one, i) => points.push({...one, y: y + inset + (i + 0.5) * step}));
        y += height + between;
        bands.push(y - between / 2);
    }
    return {titles, points, bands, height: y};
}

function forest(rows) {
    const all = rows.flat();
    const ends = all.flatMap((one) => [one.times, ...(one.noise ?? [])]);
    const domain = [Math.min(0.8, ...ends) / 1.1, Math.max(1.25, ...ends) * 1.1];
    const x = log_axis(domain);
    return chart(
        'How many times better this library is',
        'ratio of medians with its 95 % interval, logarithmic · right of 1× this library is better',
        (width) => {
            const narrow = width < 620;
            const {titles, points, bands, height} = laid_out(rows, narrow);
            const marginLeft = narrow ?
                4 :
                Math.min(400, 16 + 5.9 * Math.max(...titles.map((one) => one.text.length)));
            return plot({
                width,
                height: height + 26,
                marginLeft,
                marginRight: 10,
                marginTop: 20,
                marginBottom: 26,
                x,
                y: {type: 'identity', axis: null},
                marks: [
                    ...grid(x, times),
                    Plot.ruleY(
                        bands.slice(0, -1),
                        {stroke: 'var(--rule)', insetLeft: narrow ? 0 : 4 - marginLeft}),
                    Plot.ruleX([1], {stroke: 'currentColor'}),
                    Plot.text([[1, 'this library is better →']], {
                        x: '0',
                        text: '1',
                        frameAnchor: 'top',
                        dy: -14,
                        dx: 6,
                        textAnchor: 'start',
                        fill: 'var(--muted)'
                    }),
                    Plot.text(titles, {
                        text: 'text',
                        y: 'y',
                        frameAnchor: 'left',
                        textAnchor: narrow ? 'start' : 'end',
                        dx: narrow ? 0 : -10,
                        ...(narrow ?
                                {stroke: 'var(--paper)', strokeWidth: 4, fill: 'currentColor'} :
                                {})
                    }),
                    Plot.ruleY(points.filter((one) => one.noise), {
                        x1: (one) => one.noise[0],
                        x2: (one) => one.noise[1],
                        y: 'y',
                        stroke: (one) => colour_of(one.peers.engine),
                        strokeWidth: 3,
                        strokeOpacity: 0.5
                    }),
                    Plot.dot(points, {
                        x: 'times',
                        y: 'y',
                        r: 3,
                        symbol: (one) => shape_of(one.peers.engine),
                        fill: (one) => colour_of(one.peers.engine),
                        stroke: 'var(--paper)',
                        strokeWidth: 0.5
                    }),
                    Plot.tip(points, Plot.pointer({
                        x: 'times',
                        y: 'y',
                        title: (one) => `${title_of(one)}\nagainst ${one.peers.engine}: ${
                            times(one.times)}\n95 %: ${range(one.noise, times)}`
                    })),
                ],
                color: {type: 'identity'},
                symbol: {type: 'identity'},
            });
        });
}

function every_ratio() {
    const titles = [
        'measurement', 'unit', 'word', 'this library', 'peer', 'its word', 'peer\'s', 'ratio',
        '95 %', 'is'
    ];
    const numeric = new Set(['this library', 'peer\'s', 'ratio', '95 %']);
    return table(
        'Every ratio: how many times better this library is',
        titles.map((title) => ({title, numeric: numeric.has(title)})),
        ratios.map(
            (one) =>
                [title_of(one), one.mine.unit, one.mine.word, number(one.mine.median),
                 named(one.peers.engine), one.peers.word, number(one.peers.median),
                 times(one.times), range(one.noise, times), verdict(one)]));
}

/** The section, or null where there is nothing to compare. */
export function summary() {
    const rows = of_one_word();
    if (rows.length === 0) return null;
    return element(
        'section', {id: 'summary', 'data-title': 'summary'}, element('h2', {}, 'Summary'),
        tally(rows), forest(rows), folded('Every ratio, of all words', every_ratio()));
}
