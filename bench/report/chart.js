// SPDX-License-Identifier: MIT
// A chart in its place: with a title, drawn anew when its width changes.
import * as Plot from '@observablehq/plot';

import {element} from './dom.js';

// One observer for all; a chart whose width stays is left alone.
const drawn = new Map();
const observer = new ResizeObserver((entries) => {
    for (const {target, contentRect} of entries) {
        const width = Math.floor(contentRect.width);
        const chart = drawn.get(target);
        if (width === 0 || width === chart.width) continue;
        chart.width = width;
        const svg = chart.draw(width);
        svg.setAttribute('role', 'img');
        svg.setAttribute('aria-label', chart.title);
        target.replaceChildren(svg);
    }
});

/** draw(width) makes the SVG. title says what is shown, note in which unit. */
export function chart(title, note, draw) {
    const place = element('div', {class: 'chart'});
    drawn.set(place, {width: 0, title: `${title}: ${note}`, draw});
    observer.observe(place);
    return element(
        'figure', {}, element('figcaption', {}, element('h3', {}, title), element('p', {}, note)),
        place);
}

/** Plot.plot with what all charts have in common. */
export function plot(options) {
    return Plot.plot({style: {fontFamily: 'inherit', fontSize: '11px'}, ...options});
}

/**
 * The lines and the numbers of an axis made below. By hand, as Plot leaves out numbers of
 * logarithmic axes.
 */
export function grid(axis, format) {
    return [
        Plot.gridX(axis.ticks),
        Plot.text(axis.ticks, {
            x: (at) => at,
            text: format,
            frameAnchor: 'bottom',
            facetAnchor: 'bottom',
            dy: 14,
            fill: 'var(--muted)'
        }),
    ];
}

/** A logarithmic axis, with a line at each power of ten, or at its double and half, too. */
export function log_axis([least, most]) {
    const steps = most / least > 100 ? [1] : [1, 2, 5];
    const ticks = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); ++power)
        ticks.push(...steps.map((step) => step * 10 ** power));
    return {
        type: 'log',
        domain: [least, most],
        axis: null,
        ticks: ticks.filter((at) => at >= least && at <= most)
    };
}

function linear_axis(most) {
    const step = [1, 2, 5, 10]
                     .map((times) => times * 10 ** Math.floor(Math.log10(most / 5)))
                     .find((each) => each * 5 >= most);
    const ticks = Array.from({length: Math.floor(most / step) + 1}, (_, i) => i * step);
    return {type: 'linear', domain: [0, most], axis: null, ticks};
}

/** When the largest is so many times the smallest, an axis is logarithmic. */
const spread_of_log = 10;

/** An axis for these values: from 0, or logarithmic where they are far apart. */
export function axis(values) {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return least > 0 && most > spread_of_log * least ? log_axis([least / 1.15, most * 1.15]) :
                                                       linear_axis(most * 1.05 || 1);
}
