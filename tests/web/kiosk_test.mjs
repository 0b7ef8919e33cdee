// Drives the kiosk's page in a real browser at the size of its screen: identity before code, list, print, paper; a jam
// and a printer that is gone; nothing of a person on the screen or in the page after 60 seconds of rest.
// SONGDA_SCREENSHOTS=FOLDER keeps pictures.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';

import { until } from './until.mjs';

const WEB = new URL('../../web/', import.meta.url);
const FILES = { '/': ['kiosk.html', 'text/html'], '/kiosk.js': ['kiosk.js', 'text/javascript'], '/kiosk.css': ['kiosk.css', 'text/css'] };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'";
const PERSON = '320102199001010013';
const NAME = '张三丰';
const pictures = process.env.SONGDA_SCREENSHOTS;

let browser;
let page;
let server;
let device; // what songda-kiosk would answer, and what it was asked
let complaints;

/** app/kiosk/local_door.cpp, as far as a page sees it. */
function startDevice() {
  device = {
    standing: { online: true, printer: 'idle', place: '示例市政务服务中心一楼自助机1号' },
    asked: [],
    documents: [
      { id: 'a1', title: '食品经营许可证', number: 'JY13201990000019', issuer: '示例市行政审批局' },
      { id: 'b2', title: '准予行政许可决定书', number: '示审〔2026〕12号', issuer: '示例市行政审批局' },
    ],
    print: { state: 'printed', sheets: 2 },
    taken: { state: 'collected' },
    opening: Promise.resolve(), // until which an opening is not answered
  };
  server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const send = (status, value) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (FILES[request.url]) {
      response.writeHead(200, { 'Content-Type': `${FILES[request.url][1]}; charset=utf-8`, 'Content-Security-Policy': POLICY });
      return response.end(readFileSync(new URL(FILES[request.url][0], WEB)));
    }
    if (request.url === '/local/state') return send(200, device.standing);
    const asked = body ? JSON.parse(body) : {};
    device.asked.push([request.url, asked]);
    switch (request.url) {
      case '/local/openings':
        await device.opening;
        return asked.code === '12345678' && asked.number === PERSON ? send(200, { documents: device.documents })
          : send(403, { title: '证件或领取码不对', title_en: 'The identity or the code is wrong' });
      case '/local/prints': return send(200, device.print);
      case '/local/confirmations': return send(200, asked.taken ? device.taken : { state: 'returned' });
      case '/local/end': return send(200, {});
      default: response.writeHead(404);
        return response.end();
    }
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
}

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.SONGDA_CHROMIUM || '/usr/bin/chromium', headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
});
after(() => browser.close());

beforeEach(async () => {
  await startDevice();
  page = await (await browser.newContext({ viewport: { width: 1080, height: 1920 }, hasTouch: true })).newPage();
  complaints = [];
  page.on('console', message => /Content Security Policy|Refused to/.test(message.text()) && complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(String(error)));
  await page.clock.install();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await until(page, () => document.getElementById('place').textContent !== '');
});
afterEach(async () => {
  await page.context().close();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  assert.deepEqual(complaints, []);
});

const shown = () => page.locator('main section:not([hidden])').getAttribute('id');
const waitFor = id => page.waitForSelector(`#${id}:not([hidden])`);
const shoot = name => pictures && page.screenshot({ path: join(pictures, `kiosk-${name}.png`) });
const last = path => device.asked.filter(([at]) => at === path).at(-1)?.[1];

/** A reader that types, as most do. */
async function readCard(number = PERSON) {
  await page.evaluate(([id, name]) => {
    for (const key of [...id, 'Tab', ...name, 'Enter']) {
      document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
  }, [number, NAME]);
  await waitFor('code');
}
async function enter(code) {
  for (const digit of code) await page.locator('#pad button', { hasText: digit }).tap();
}
async function open() {
  await readCard();
  await enter('12345678');
  await waitFor('list');
}

test('IdentityComesFirstThenTheCodeThenPaper', async () => {
  assert.equal(await shown(), 'idle');
  await shoot('idle');
  await readCard();
  await shoot('code');
  await enter('12345678');
  await waitFor('list');
  assert.deepEqual(last('/local/openings'), { number: PERSON, name: NAME, code: '12345678' }, 'what the reader is, is not the page\'s to say');
  await shoot('list');
  await page.locator('#documents button').first().tap();
  await waitFor('paper');
  assert.deepEqual(last('/local/prints'), { document: 'a1' });
  assert.match(await page.locator('#sheets').innerText(), /2/);
  await shoot('paper');
  await page.locator('#taken').tap();
  await waitFor('done');
  assert.deepEqual(last('/local/confirmations'), { taken: true });
  await shoot('done');
  await page.locator('#more').tap();
  await waitFor('list');
  assert.equal(await page.locator('#documents button').count(), 1, 'what is collected is not offered again');
});

test('NoDigitIsShownAndAWrongCodeSaysSoInWords', async () => {
  await readCard();
  await enter('1111111');
  assert.match(await page.locator('#digits').innerText(), /^●{7}○$/);
  await enter('1');
  await waitFor('trouble');
  assert.match(await page.locator('#trouble-words').innerText(), /领取码不对/);
  await shoot('wrong');
  await page.locator('#again').tap();
  assert.equal(await shown(), 'idle');
});

test('AJamAndMissingPaperAreToldAndNothingCounts', async () => {
  device.print = { state: 'failed', reason: 'printer_jam' };
  await open();
  await page.locator('#documents button').first().tap();
  await waitFor('trouble');
  assert.match(await page.locator('#trouble-words').innerText(), /作废/);
  await shoot('jam');
  assert.equal(last('/local/confirmations'), undefined);
  await page.locator('#again').tap();
  await waitFor('list');
  device.print = { state: 'printed', sheets: 1 };
  await page.locator('#documents button').first().tap();
  await waitFor('paper');
  await page.locator('#not-taken').tap();
  await waitFor('trouble');
  assert.deepEqual(last('/local/confirmations'), { taken: false });
});

test('AfterSixtySecondsOfRestEverythingIsWiped', async () => {
  await open();
  await page.clock.fastForward(45_000);
  assert.match(await page.locator('#left').innerText(), /秒后结束/);
  await shoot('ending');
  await page.clock.fastForward(16_000);
  await waitFor('idle');
  assert.deepEqual(last('/local/end'), {});
  const left = await page.content();
  for (const word of [PERSON, NAME, '食品经营许可证', '准予']) assert.ok(!left.includes(word), word);
});

test('AnAnswerToThePersonBeforeIsNotShownToTheNextOne', async () => {
  let answer;
  device.opening = new Promise(resolve => { answer = resolve; });
  await readCard();
  await enter('12345678');
  await page.locator('#leave').tap();
  await waitFor('idle');
  await readCard('320102198505050017');
  const answered = page.waitForResponse(response => response.url().endsWith('/local/openings'));
  answer();
  await (await answered).finished();
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.equal(await shown(), 'code');
  assert.ok(!(await page.content()).includes('食品经营许可证'));
  await enter('1234');
  assert.match(await page.locator('#digits').innerText(), /^●{4}○{4}$/, 'the next one types undisturbed');
});

test('OnlyWhatTheServiceRecordedIsCalledServed', async () => {
  for (const state of ['kept', 'nothing', 'returned']) {
    device.taken = { state };
    await open();
    await page.locator('#documents button').first().tap();
    await waitFor('paper');
    await page.locator('#taken').tap();
    await waitFor('trouble');
    assert.ok(!/完成/.test(await page.locator('#trouble-words').innerText()), state);
    await page.locator('#leave').tap();
    await waitFor('idle');
  }
});

test('ATouchKeepsTheSession', async () => {
  await open();
  await page.clock.fastForward(50_000);
  await page.locator('header').tap();
  await page.clock.fastForward(50_000);
  assert.equal(await shown(), 'list');
});

test('APrinterThatIsGoneOrNoConnectionClosesTheIdleScreen', async () => {
  for (const standing of [{ online: true, printer: 'stopped media-jam-error', place: 'x' }, { online: true, printer: 'idle no-page-count', place: 'x' }, { online: false, printer: 'idle', place: 'x' }]) {
    device.standing = standing;
    await page.clock.fastForward(5_001);
    await waitFor('closed');
    device.standing = { online: true, printer: 'idle', place: 'x' };
    await page.clock.fastForward(5_001);
    await waitFor('idle');
  }
});

test('EverythingThatIsPressedIsLargeEnoughForAFinger', async () => {
  await open();
  for (const button of await page.locator('button:visible').all()) {
    const box = await button.boundingBox();
    assert.ok(box.height >= 88 && box.width >= 88, await button.innerText());
  }
});
