// SPDX-License-Identifier: MIT
// Numbers and what they are of, as text.

const plain = new Intl.NumberFormat('en-US', {maximumSignificantDigits: 4});
const tiny = new Intl.NumberFormat('en-US', {notation: 'scientific', maximumSignificantDigits: 4});

/** Four significant digits: "0.1234", "1,039". */
export function number(value) {
    return value !== 0 && Math.abs(value) < 1e-4 ? tiny.format(value) : plain.format(value);
}

/** A count, to the last digit. */
export function whole(count) { return count.toLocaleString('en-US'); }

const rough = new Intl.NumberFormat('en-US', {maximumSignificantDigits: 3});

/** Three significant digits, where there is little room. */
export function short(value) { return rough.format(value); }

/** A ratio, "36.2×". */
export function times(value) { return `${rough.format(value)}×`; }

/** "35.1 to 37.4", or a dash where there is no interval. */
export function range(interval, format = number) {
    return interval ? `${format(interval[0])} to ${format(interval[1])}` : '–';
}

export function plural(count, noun) { return `${count} ${noun}${count === 1 ? '' : 's'}`; }

/** How large numbers of a unit are shown: {unit, of: value => shown}. */
export function scale(unit, largest) {
    const [word, factor] = unit !== 'ops/s' ? ['', 1] :
        largest >= 1e6                      ? ['million ', 1e6] :
        largest >= 1e3                      ? ['thousand ', 1e3] :
                                              ['', 1];
    return {unit: word + unit, of: (value) => value / factor};
}
