// SPDX-License-Identifier: MIT
// How latencies are spread: how many are of which length, and how many are longer.
import * as Plot from '@observablehq/plot';

import {chart, grid, log_axis, plot} from './chart.js';
import {element, folded, table} from './dom.js';
import {colour_of, rank_of} from './engines.js';
import {number, plural, whole} from './format.js';
import {grouped} from './report.js';

const bins_per_decade = 10;

// Where a bucket's bound is on a logarithmic axis, which has no 0.
const ns_of = (bound) => Math.max(bound, 1);

// The buckets of one result in bins that are equally wide on a logarithmic axis, in
// percent of all.
function bins_of(one, label) {
    const total = one.histogram.reduce((sum, [, count]) => sum + count, 0);
    const bins = new Map();
    for (const [upper, count] of one.histogram) {
        const bin = Math.ceil(Math.log10(ns_of(upper)) * bins_per_decade - 1e-9);
        bins.set(bin, (bins.get(bin) ?? 0) + count);
    }
    return [...bins].map(([bin, count]) => ({
                             bin,
                             label,
                             engine: one.engine,
                             count,
                             share: (100 * count) / total,
                             from: 10 ** ((bin - 1) / bins_per_decade - 3),
                             to: 10 ** (bin / bins_per_decade - 3),
                         }));
}

const said_of = (bin) =>
    `${number(bin.from)} to ${number(bin.to)} us: ${number(bin.share)} % (${whole(bin.count)})`;

// Behind each bucket, how many are longer: steps, as what is within a bucket is not known.
function longer_than(one, label) {
    const total = one.histogram.reduce((sum, [, count]) => sum + count, 0);
    let left = total;
    const points = [];
    for (const [upper, count] of one.histogram) {
        points.push({label, engine: one.engine, us: ns_of(upper) / 1000, share: left / total});
        left -= count;
    }
    return points;
}

const label_of = (several_words) => (one) =>
    (several_words ? `${one.engine} ${one.word}` : one.engine);

function spread(same) {
    const label = label_of(new Set(same.map((one) => one.word)).size > 1);
    const bins = same.flatMap((one) => bins_of(one, label(one)));
    const domain =
        [Math.min(...bins.map((bin) => bin.from)), Math.max(...bins.map((bin) => bin.to))];
    const x = log_axis(domain);
    const note = [
        plural(same[0].threads, 'thread'), 'us, logarithmic',
        'percent of all, in tenths of a decade'
    ].join(' · ');
    return chart(
        title_of(same[0], 'how long they take'), note,
        (width) => plot({
            width,
            height: 44 * same.length + 34,
            marginLeft: 12 + 6.2 * Math.max(...same.map((one) => label(one).length)),
            marginRight: 40,
            marginTop: 4,
            marginBottom: 28,
            x,
            y: {axis: null},
            fy: {label: null, domain: same.map(label), axis: 'left', padding: 0.12},
            marks: [
                ...grid(x, number),
                Plot.rect(bins, {
                    fy: 'label',
                    x1: 'from',
                    x2: 'to',
                    y1: 0,
                    y2: 'share',
                    fill: (bin) => colour_of(bin.engine),
                    inset: 0.5,
                    ariaLabel: said_of,
                    title: said_of,
                    tip: true
                }),
                Plot.ruleY([0], {stroke: 'var(--faint)'}),
            ],
            color: {type: 'identity'},
        }));
}

const percentiles = new Map([
    [0.5, 'p50'], [0.1, 'p90'], [0.01, 'p99'], [0.001, 'p99.9'], [0.0001, 'p99.99'],
    [0.00001, 'p99.999'], [0.000001, 'p99.9999']
]);

function tail(same) {
    const label = label_of(new Set(same.map((one) => one.word)).size > 1);
    const points = same.flatMap((one) => longer_than(one, label(one)));
    const least = Math.min(...points.map((point) => point.share));
    const marked = [...percentiles.keys()].filter((share) => share >= least);
    const domain = [
        Math.min(...points.map((point) => point.us)), Math.max(...points.map((point) => point.us))
    ];
    const x = log_axis(domain);
    const note = [
        plural(same[0].threads, 'thread'), 'us, logarithmic',
        'share that takes longer, by percentile'
    ].join(' · ');
    return chart(
        title_of(same[0], 'the tail'), note,
        (width) => plot({
            width,
            height: 240,
            marginLeft: 52,
            marginRight: 12,
            marginTop: 8,
            marginBottom: 28,
            x,
            y: {type: 'log', domain: [least, 1], axis: null},
            marks: [
                ...grid(x, number),
                Plot.gridY(marked),
                Plot.text(marked, {
                    y: (share) => share,
                    text: (share) => percentiles.get(share),
                    frameAnchor: 'left',
                    textAnchor: 'end',
                    dx: -6,
                    fill: 'var(--muted)'
                }),
                Plot.line(points, {
                    x: 'us',
                    y: 'share',
                    z: 'label',
                    stroke: (point) => colour_of(point.engine),
                    strokeWidth: 1.6,
                    curve: 'step-before'
                }),
                Plot.tip(points, Plot.pointer({
                    x: 'us',
                    y: 'share',
                    title: (point) => `${point.label}\n${
                        number(100 * point.share)} % take longer than ${number(point.us)} us`
                })),
            ],
            color: {type: 'identity'},
        }));
}

const title_of = (one, what) => (one.variant ? `${one.variant}, ${what}` : what);

function counts(same) {
    const label = label_of(new Set(same.map((one) => one.word)).size > 1);
    const bins = same.flatMap((one) => bins_of(one, label(one)));
    const columns =
        ['from, us', 'to, us', ...same.map(label)].map((title) => ({title, numeric: true}));
    const rows =
        grouped(bins.sort((a, b) => a.bin - b.bin), 'bin')
            .map(
                (all) =>
                    [number(all[0].from), number(all[0].to),
                     ...same.map(
                         (one) => whole(all.find((bin) => bin.label === label(one))?.count ?? 0))]);
    return table(
        `${title_of(same[0], 'how many take how long')}, ${plural(same[0].threads, 'thread')}`,
        columns, rows);
}

/** Two charts for each thing that has histograms, and a table of them all; null for none. */
export function histograms(results) {
    const with_buckets = results.filter((one) => one.histogram?.length > 0);
    if (with_buckets.length === 0) return null;
    const all = grouped(with_buckets, 'variant', 'threads')
                    .map((same) => same.sort((a, b) => rank_of(a.engine) - rank_of(b.engine)));
    return element(
        'div', {class: 'histograms'},
        element('div', {class: 'panels'}, ...all.flatMap((same) => [spread(same), tail(same)])),
        folded('Every histogram', ...all.map(counts)));
}
