// Driven by tests/integration/public_pages_test.cpp against the real service: lists, guides, and what the verify page says of
// renewals, duplicates and revoked paper copies, as a person with a phone sees it. SONGDA_ORIGIN and SONGDA_KEY (issue, read,
// status) name the service; SONGDA_SCREENSHOTS=FOLDER keeps pictures.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const origin = process.env.SONGDA_ORIGIN;
const pictures = process.env.SONGDA_SCREENSHOTS;
const PHONE = { width: 320, height: 568 };
const DESKTOP = { width: 1280, height: 900 };
const GUIDE = '1132019900000100023320100002000';
const ISSUED = new Map(); // case number → document

let browser;
let page;
const complaints = [];

async function call(method, path, body, type = 'application/json', key = '') {
  const headers = { authorization: `Bearer ${process.env.SONGDA_KEY}`, 'content-type': type };
  if (key) headers['idempotency-key'] = key;
  const response = await fetch(origin + path, { method, headers, body });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.text();
}

async function look(name) {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), `${name} is wider than an old phone`);
  if (!pictures) return;
  for (const [size, viewport] of [['phone', { width: 390, height: 844 }], ['desktop', DESKTOP]]) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: join(pictures, `${name}-${size}.png`), fullPage: true });
  }
  await page.setViewportSize(PHONE);
}

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  const rows = readFileSync(new URL('../../samples/licences.jsonl', import.meta.url), 'utf8');
  const answers = await call('POST', '/api/v1/documents:batch', rows, 'application/x-ndjson', 'pages');
  rows.trim().split('\n').forEach((row, at) => {
    ISSUED.set(JSON.parse(row).case_number.slice(-2), JSON.parse(answers.trim().split('\n')[at]).document);
  });
  browser = await chromium.launch({
    executablePath: process.env.SONGDA_CHROMIUM || '/usr/bin/chromium', headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  page = await (await browser.newContext({ viewport: PHONE })).newPage();
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
});
after(async () => {
  await browser.close();
  assert.deepEqual(complaints, []);
});

test('FromTheFrontPageToAnItemAndItsGuide', async () => {
  await page.goto(`${origin}/`);
  await page.click('a.door[href="/items"]');
  await page.waitForURL('**/items');
  await page.click('a.door');
  await page.waitForURL('**/items/320199');
  assert.equal(await page.locator('tbody tr').count(), 28);
  await look('items');
  await page.fill('#q', '食品经营');
  await page.click('form.ask button');
  await page.waitForURL('**/items/320199?q=*');
  assert.equal(await page.locator('tbody tr').count(), 3);
  await page.click('tbody tr:first-child a');
  await page.waitForURL(`**/guides/${GUIDE}`);
  assert.match(await page.locator('h1').innerText(), /食品经营许可/);
  await look('guide');
});

test('GuidesAreFoundByAWord', async () => {
  await page.goto(`${origin}/guides`);
  await page.fill('#q', '食品');
  await page.click('form.ask button');
  await page.waitForURL('**/guides?q=*');
  assert.equal(await page.locator('a.door').count(), 1);
  await page.fill('#q', '没有的事项');
  await page.click('form.ask button');
  await page.waitForSelector('a.door', { state: 'detached' });
  assert.match(await page.locator('main').innerText(), /换一个词再试/);
});

const answer = async (document) => {
  await page.goto(`${origin}/v/${document.key}`);
  return page.locator('#answer').innerText();
};

test('RenewedLicenceHoldsNoMoreAndNamesItsSuccessor', async () => {
  const old = await answer(ISSUED.get('02'));
  assert.match(old, /已被新文书替代/);
  assert.match(old, /版本002[^]*替代（延续）/);
  await look('renewed');
  assert.match(await answer(ISSUED.get('06')), /真实有效/);
});

test('DuplicateHoldsAsLongAsItsMain', async () => {
  assert.match(await answer(ISSUED.get('08')), /真实有效/);
  await look('duplicate');
  await call('POST', `/api/v1/documents/${ISSUED.get('01').id}/status`,
    JSON.stringify({ status: 'revoked', reason: '以欺骗手段取得', basis: '《中华人民共和国行政许可法》第六十九条第二款' }));
  assert.doesNotMatch(await answer(ISSUED.get('08')), /真实有效/);
  assert.match(await answer(ISSUED.get('01')), /撤销/);
  await look('revoked');
});

test('RevokedPaperCopyIsNamedOnThePage', async () => {
  const { id } = ISSUED.get('04');
  for (const key of ['copy-1', 'copy-2']) {
    await call('POST', `/api/v1/documents/${id}/copies`, JSON.stringify({ place: '一号窗口', collector: '徐英' }), undefined, key);
  }
  await call('POST', `/api/v1/documents/${id}/copies/2:revoke`, JSON.stringify({ reason: '遗失' }));
  const shown = await answer(ISSUED.get('04'));
  assert.match(shown, /真实有效/);
  assert.match(shown, /已作废的纸质件[^]*2/);
  assert.doesNotMatch(shown, /遗失/, 'why is nobody else\'s business');
  await look('paper-copy');
});
