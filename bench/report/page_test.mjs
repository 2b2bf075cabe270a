// SPDX-License-Identifier: MIT
// The page in a browser, as the command writes it: node page_test.mjs BUILD COMMAND, where
// BUILD has the node_modules. The browser is Debian's, or CHROMIUM.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';

import {hostile, report, report_as_text, seed, traffic} from './sample.mjs';

const [build, command] = process.argv.slice(2).map((path) => resolve(path));
const {chromium} = createRequire(join(build, 'package.json'))('playwright-core');

const folder = mkdtempSync(join(tmpdir(), 'futex2-page-'));
const file = (name) => join(folder, name);
const measured = report.results.filter((one) => one.unsupported === null);

let browser;

before(async () => {
    writeFileSync(file('report.json'), report_as_text);
    writeFileSync(file('traffic.json'), JSON.stringify(traffic));
    execFileSync(command, [
        'bench', 'report', file('report.json'), '--traffic', file('traffic.json'), '-o',
        file('page.html')
    ]);
    browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: process.getuid() === 0 ? ['--no-sandbox'] : [],
    });
});

after(async () => {
    await browser?.close();
    rmSync(folder, {recursive: true});
});

// The page with every chart drawn. What it complained of, and what it asked for, is kept.
async function opened(options = {}, name = 'page.html') {
    const page = await browser.newPage({viewport: {width: 1280, height: 900}, ...options});
    page.complaints = [];
    page.requests = [];
    page.on('console', (message) => page.complaints.push(message.text()));
    page.on('pageerror', (error) => page.complaints.push(error.message));
    page.on('request', (request) => page.requests.push(request.url()));
    await page.goto(pathToFileURL(file(name)).href);
    await page.waitForFunction(() => {
        const places = [...document.querySelectorAll('.chart')];
        return document.querySelector('#data') &&
            places.every((place) => place.querySelector('svg'));
    });
    return page;
}

// The texts of a table's cells, row by row, without its heading.
const rows_of = (page, selector) => page.$$eval(
    `${selector} tbody tr`,
    (rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));

const in_digits = (digits) => (value) =>
    value.toLocaleString('en-US', {maximumSignificantDigits: digits});
const three_digits = in_digits(3);  // in maps, and of ratios
const four_digits = in_digits(4);

test('loads whole, without a complaint and without a request', async () => {
    const page = await opened();
    assert.deepEqual(page.complaints, []);
    assert.deepEqual(page.requests, [pathToFileURL(file('page.html')).href]);
    assert.ok(await page.locator('.chart svg').count() >= 10);
});

test('reads nothing of a report as HTML', async () => {
    const page = await opened();
    assert.equal(await page.title(), `futex2 bench: ${hostile}`);
    assert.ok((await page.textContent('h1')).endsWith(hostile));
    assert.ok((await page.textContent('#context')).includes(hostile));
    assert.ok((await page.textContent('#claims')).includes(hostile));
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.locator('script').count(), 4);
});

test('shows every median, with its interval, in its suite\'s table and in its chart', async () => {
    const page = await opened();
    for (const suite of new Set(measured.map((one) => one.suite))) {
        const of_suite = measured.filter((one) => one.suite === suite);
        const rows = await rows_of(page, `#suite-${suite} .numbers`);
        const drawn = await page.$$eval(
            `#suite-${suite} svg text, #suite-${suite} .map td`,
            (all) => all.map((text) => text.textContent));
        assert.equal(rows.length, of_suite.length, suite);
        of_suite.forEach((one, i) => {
            const shown = suite === 'numa' ? three_digits : four_digits;
            const median = shown(one.unit === 'ops/s' ? one.median / 1e6 : one.median);
            assert.equal(rows[i][5], four_digits(one.median));
            assert.equal(rows[i][2], one.engine);
            assert.equal(
                rows[i][6],
                one.low === null ? '–' : `${four_digits(one.low)} to ${four_digits(one.high)}`);
            assert.ok(drawn.includes(median), `${suite}: ${median} of ${drawn}`);
        });
    }
});

test('draws marks where the axis says that their values are', async () => {
    const page = await opened();
    const figure = page.locator('#suite-wake figure').first();
    const {marks, ticks} = await figure.evaluate((element) => {
        const x_of = (each) => each.transform.baseVal.consolidate().matrix.e;
        const within = (name) => [...element.querySelectorAll(`[aria-label="${name}"]`)];
        const numbers = within('text')[0];
        return {
            marks: [...within('dot')[0].children].map(x_of),
            ticks: [...numbers.children].map((each) => [Number(each.textContent), x_of(each)]),
        };
    });
    const [[low, from], [high, to]] = [ticks[0], ticks.at(-1)];
    const values = measured.filter((one) => one.suite === 'wake').map((one) => one.median);
    assert.equal(low, 0);
    assert.equal(marks.length, values.length);
    marks.forEach(
        (x, i) => assert.ok(
            Math.abs(((x - from) / (to - from)) * high - values[i]) < 0.05, `${x}: ${values[i]}`));
});

test('says of each ratio how large it is and whether it is beyond the noise', async () => {
    const page = await opened();
    const rows = await rows_of(page, '#summary details');
    const median = (suite, engine) =>
        measured.find((one) => one.suite === suite && one.engine === engine).median;
    const row = (start, peer) =>
        rows.find((cells) => cells[0].startsWith(start) && cells[4] === peer);
    for (const [start, engine, times, verdict] of [
             [
                 'calls: wake', 'kernel', median('calls', 'kernel') / median('calls', 'user'),
                 'better'
             ],
             ['hash', 'kernel', median('hash', 'user') / median('hash', 'kernel'), 'better'],
             ['wake: -w 512', 'kernel', median('wake', 'kernel') / median('wake', 'user'), 'level'],
             [
                 'wake: -w 512', 'an engine of a later version', 7.5 / median('wake', 'user'),
                 'unknown'
             ],
    ]) {
        const cells = row(start, engine);
        assert.equal(cells[7], `${three_digits(times)}×`);
        assert.equal(cells[9], verdict);
    }
    const kernels =
        (await rows_of(page, '#summary > .scroll')).find((cells) => cells[0].startsWith('kernel '));
    assert.deepEqual(kernels.slice(1, 6), ['6', '5', '1', '0', '0']);
    assert.equal(await page.locator('#summary figure svg [aria-label=dot] > *').count(), 11);
});

test('gives an engine one colour wherever it is', async () => {
    const page = await opened();
    const marks = await page.$$eval(
        '.engine',
        (all) => all.map(
            (each) =>
                [each.textContent, each.firstChild.style.cssText, each.firstChild.className]));
    const looks = new Map();
    for (const [engine, ...look] of marks)
        looks.set(engine, (looks.get(engine) ?? new Set()).add(look.join()));
    for (const [engine, all] of looks) assert.equal(all.size, 1, engine);
    assert.equal(new Set([...looks.values()].map((all) => [...all][0])).size, looks.size);
});

test('has histograms whose bars hold all of the counts', async () => {
    const page = await opened();
    const labels = await page.$$eval(
        '#suite-wake-latency .histograms figure:first-child rect[aria-label]',
        (bars) => bars.map((bar) => bar.getAttribute('aria-label')));
    const count_in = (text) => Number(text.replaceAll(',', ''));
    const sum = (all) => all.reduce((one, other) => one + other, 0);
    const drawn = sum(labels.map((label) => count_in(label.match(/\(([\d,]+)\)$/)[1])));
    const rows = await rows_of(page, '#suite-wake-latency .histograms');
    const histograms = measured.flatMap((one) => (one.histogram ? [one.histogram] : []));
    const totals = histograms.map((buckets) => sum(buckets.map(([, count]) => count)));
    assert.equal(drawn, sum(totals));
    assert.deepEqual(
        totals.map((_, i) => sum(rows.map((cells) => count_in(cells[2 + i])))), totals);
});

test('shows numa and traffic node by node', async () => {
    const page = await opened();
    const map = (name) => rows_of(page, `table[aria-label*="${name}"]`);
    const medians = (engine) => [0, 1, 2, 3].map(
        (thread) =>
            [String(thread),
             ...[0, 1, 2, 3].map(
                 (word) =>
                     three_digits(measured
                                      .find(
                                          (one) => one.engine === engine &&
                                              one.variant === `node ${thread}, word on ${word}`)
                                      .median))]);
    assert.deepEqual(await map('the word\'s: kernel 32'), medians('kernel'));
    assert.deepEqual(
        (await map(
            'Accesses to memory, the thread\'s node by the memory\'s: wake, nobody waits, kernel, in kernel mode'))
            [1],
        ['1', '18.5', '150', '18.5', '18.5']);
    assert.deepEqual(
        (await map(
            'Cache lines moved between nodes, from node by to node: round trip, kernel, in kernel mode'))
            [3],
        ['3', '17', '17', '17', '–']);
    assert.equal(
        (await rows_of(page, '#traffic .numbers')).length,
        traffic.counts.length + traffic.transfers.length);
});

test('says where and how it was measured', async () => {
    const page = await opened();
    const context = await page.textContent('#context');
    for (const part
             of [seed, '4 virtual nodes', '17.5 ns', report.context.cpu, 'Linux 6.18.5',
                 '2026-11-24T20:00:00Z'])
        assert.ok(context.includes(part), part);
    assert.equal(await page.textContent('.warnings li'), report.context.warnings[0]);
    assert.equal(
        await page.textContent('.reasons li'),
        'kernel2 (32 NUMA): not supported: this kernel has no FUTEX2_NUMA (error 22)');
});

test('shows and saves the raw data', async () => {
    const page = await opened();
    assert.equal(await page.locator('#json').isVisible(), false);
    await page.click('text=Show JSON');
    assert.deepEqual(JSON.parse(await page.textContent('#json')), report);
    const [download] =
        await Promise.all([page.waitForEvent('download'), page.click('text=Save JSON >> nth=0')]);
    assert.equal(download.suggestedFilename(), 'bench.json');
    const saved = readFileSync(await download.path(), 'utf8');
    assert.deepEqual(JSON.parse(saved), report);
    assert.ok(saved.includes(seed));
    await page.click('text=Show JSON');
    assert.equal(await page.locator('#json').isVisible(), false);
    assert.deepEqual(page.complaints, []);
});

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const white = 'rgb(255, 255, 255)';

test('is light or dark as the system is, until the button is pressed', async () => {
    const page = await opened();
    assert.equal(await background(page), white);
    await page.emulateMedia({colorScheme: 'dark'});
    assert.notEqual(await background(page), white);
    await page.click('#theme');
    assert.equal(await background(page), white);
    await page.click('#theme');
    assert.notEqual(await background(page), white);
    await page.emulateMedia({media: 'print'});
    assert.equal(await background(page), white);
});

test('fits a telephone', async () => {
    const page = await opened({viewport: {width: 360, height: 740}});
    const widths = await page.evaluate(() => {
        for (const each of document.querySelectorAll('details')) each.open = true;
        return [
            document.documentElement.scrollWidth,
            ...[...document.querySelectorAll('.chart svg')].map(
                (svg) => svg.getBoundingClientRect().right)
        ];
    });
    for (const width of widths) assert.ok(width <= 360, String(width));
});

test('can be printed: charts, without what is to be pressed', async () => {
    const page = await opened();
    await page.emulateMedia({media: 'print'});
    assert.equal(await page.locator('button:visible').count(), 0);
    assert.ok(await page.locator('figure svg:visible').count() >= 10);
    assert.ok((await page.pdf({format: 'A4'})).length > 10_000);
});

test('shows a report of one engine, and one of nothing', async () => {
    for (const [name, results] of [['one', [report.results[0]]], ['none', []]]) {
        writeFileSync(file(`${name}.json`), JSON.stringify({...report, results, claims: []}));
        execFileSync(
            command, ['bench', 'report', file(`${name}.json`), '-o', file(`${name}.html`)]);
        const page = await opened({}, `${name}.html`);
        assert.deepEqual(page.complaints, []);
        assert.equal(await page.locator('#summary').count(), 0);
        assert.equal(await page.locator('#traffic').count(), 0);
        assert.equal(await page.locator('figure').count(), results.length);
    }
});
