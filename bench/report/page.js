// SPDX-License-Identifier: MIT
// The page: its sections in order.
import {claims, context, data, host, legend, machine, warnings} from './context.js';
import {element} from './dom.js';
import {suites} from './suite.js';
import {summary} from './summary.js';
import {traffic_section} from './traffic.js';

// The system's theme, until the other one is chosen. Paper is always light.
function theme_button() {
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const chosen = document.documentElement.style;
    const other = () =>
        ((chosen.colorScheme || (system.matches ? 'dark' : 'light')) === 'dark' ? 'light' : 'dark');
    const name = () => {
        button.textContent = `${other()} theme`;
    };
    const button = element('button', {
        type: 'button',
        id: 'theme',
        click: () => {
            chosen.colorScheme = other();
            name();
        }
    });
    system.addEventListener('change', name);
    name();
    return button;
}

function navigation(sections) {
    return element(
        'nav', {'aria-label': 'Sections'},
        element(
            'ul', {},
            ...sections.map(
                (section) => element(
                    'li', {}, element('a', {href: `#${section.id}`}, section.dataset.title)))));
}

const sections = [
    summary(), claims(), ...suites(), traffic_section(), legend(), context(), data()
].filter(Boolean);

document.title = `futex2 bench: ${host}`;
document.querySelector('main').append(
    element(
        'header', {}, element('h1', {}, 'futex2 bench ', element('small', {}, host)),
        theme_button(), element('p', {}, machine)),
    ...[warnings(), navigation(sections), ...sections].filter(Boolean));
