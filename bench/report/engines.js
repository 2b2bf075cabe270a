// SPDX-License-Identifier: MIT
// An engine has one colour and one shape, wherever it is on the page, and in every report.
import {element} from './dom.js';
import {derived, measured} from './report.js';

const colours = 8;  // --engine-0 to 7 of page.css
const shapes = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'];
const reference = {
    colour: 'var(--reference)',
    shape: 'circle'
};

const present = [...new Set(measured.map((result) => result.engine))];
const known = derived.engines.map(({name}) => name);
// Those of a later version's report come last.
const all = [...known, ...present.filter((name) => name !== 'reference' && !known.includes(name))];

/** Those of the report, in the order in which they are named. */
export const engines = [
    ...all.filter((name) => present.includes(name)),
    ...present.filter((name) => name === 'reference')
];

// "kernel-256" is of the family of "kernel", and has its colour. Of one colour, each has
// another shape.
const family_of = (name) => name.split('-')[0];
const families = [...new Set(all.map(family_of))];
const colour_index = (name) => families.indexOf(family_of(name)) % colours;

const marks = new Map(all.map((name, i) => {
    const before = all.slice(0, i).filter((other) => colour_index(other) === colour_index(name));
    return [
        name, {
            colour: `var(--engine-${colour_index(name)})`,
            shape: shapes[before.length % shapes.length],
        }
    ];
}));
const mark_of = (engine) => marks.get(engine) ?? reference;

export const colour_of = (engine) => mark_of(engine).colour;
export const shape_of = (engine) => mark_of(engine).shape;

/** For sorting. */
export const rank_of = (engine) => engines.indexOf(engine);

const meanings = new Map(derived.engines.map(({name, meaning}) => [name, meaning]));
meanings.set('reference', 'what depends on no engine: one atomic instruction, libstdc++');

export const meaning_of = (engine) => meanings.get(engine) ?? '';

/** Its name behind its mark. */
export function named(engine) {
    return element(
        'span', {class: 'engine', title: meaning_of(engine)}, element('span', {
            class: `mark ${shape_of(engine)}`,
            style: `--colour: ${colour_of(engine)}`,
            'aria-hidden': 'true'
        }),
        engine);
}
