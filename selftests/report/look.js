// SPDX-License-Identifier: GPL-2.0-only
//
// look.js CHROMIUM DIR PAGE...: looks at each page at both widths, in light and dark, with its
// folded parts open and closed. A picture of each is kept in DIR. Prints a line for each fault.
'use strict';

const fs = require('fs');
const path = require('path');
const puppeteer = require('puppeteer-core');

const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [390, 1440];
const SCHEMES = ['light', 'dark'];

// What is wider than the page, or than the box that clips it, unless that box can be scrolled.
function cutOff() {
	const found = [];
	const root = document.documentElement;

	if (root.scrollWidth > root.clientWidth)
		found.push(`the page is ${root.scrollWidth} wide, of ${root.clientWidth}`);
	for (const e of document.querySelectorAll('main *')) {
		const box = e.getBoundingClientRect();

		if (!box.width || e.closest('pre'))
			continue;
		if (box.right > root.clientWidth + 1 || box.left < -1)
			found.push(`${e.tagName} ${e.className} from ${box.left} to ${box.right}`);
		if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible')
			found.push(`${e.tagName} ${e.className} clips its text`);
	}
	return found;
}

async function contrast(page) {
	await page.evaluate(axe);
	const result = await page.evaluate(() => axe.run(document, {resultTypes: ['violations']}));
	if (!result.passes.some((rule) => rule.id === 'color-contrast'))
		return ['axe-core compared no contrast'];
	return result.violations.flatMap((rule) =>
		rule.nodes.map((node) => `${rule.id}: ${node.target}: ${node.failureSummary}`));
}

async function look(browser, file, dir, width, scheme, open) {
	const page = await browser.newPage();
	const name = `${path.basename(file, '.html')}-${width}-${scheme}${open ? '-open' : ''}`;
	const faults = [];

	page.on('console', (message) => faults.push(`console: ${message.text()}`));
	page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
	page.on('request', (request) => {
		if (!/^(file|data):/.test(request.url()))
			faults.push(`request: ${request.url()}`);
	});
	await page.setBypassCSP(true); // for axe-core alone
	await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
	await page.setViewport({width, height: 900, isMobile: width < 500, hasTouch: width < 500});
	await page.goto(`file://${path.resolve(file)}`);
	if (open)
		await page.$$eval('details', (list) => list.forEach((e) => { e.open = true; }));
	await page.screenshot({path: path.join(dir, `${name}.png`), fullPage: true});
	faults.push(...await page.evaluate(cutOff));
	faults.push(...await contrast(page));
	await page.close();
	faults.forEach((fault) => console.log(`${name}: ${fault}`));
	return faults.length;
}

async function main(chromium, dir, files) {
	const browser = await puppeteer.launch({
		executablePath: chromium, headless: true,
		args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
	});
	let faults = 0;

	for (const file of files)
		for (const width of WIDTHS)
			for (const scheme of SCHEMES)
				for (const open of [false, true])
					faults += await look(browser, file, dir, width, scheme, open);
	await browser.close();
	process.exitCode = faults ? 1 : 0;
}

main(process.argv[2], process.argv[3], process.argv.slice(4)).catch((error) => {
	console.log(`look.js: ${error.message}`);
	process.exitCode = 1;
});
