// Proves in a real browser, under the service's Content-Security-Policy, what a person sees: good, altered, revoked,
// contradicting and unknown codes; the page with the server gone; the applicant's inbox; pages without JavaScript.
// SONGDA_SCREENSHOTS=FOLDER keeps pictures of every page at phone and desktop size.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';

import { ANSWER, INBOX, INBOX_CODE, KEY, REVOKED, serverFragment, startFakeServer } from './fake_server.mjs';
import { until } from './until.mjs';

const golden = (name) => JSON.parse(readFileSync(new URL(`../golden/qr/${name}`, import.meta.url), 'utf8'));
const GOOD = golden('good.json').find(({ name }) => name === 'organisation');
const ALTERED = golden('mutated.json').mutations.find(({ verdict }) => verdict === 'seal_wrong');
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const pictures = process.env.SONGDA_SCREENSHOTS;

let browser;
let visitor; // a context of its own for each test: no cookie, cache or worker of another
let server;
let page;
let complaints;

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.SONGDA_CHROMIUM || '/usr/bin/chromium', headless: true, args: FLAGS,
  });
});
after(() => browser.close());

beforeEach(async () => {
  server = await startFakeServer();
  visitor = await browser.newContext({ viewport: PHONE });
  page = await visitor.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
});
afterEach(async () => {
  await visitor.close();
  await server.stop();
  assert.deepEqual(complaints, [], 'no script fault and nothing that the policy refused');
});

async function shoot(name, scheme = 'light') {
  if (!pictures) return;
  await page.emulateMedia({ colorScheme: scheme });
  for (const [size, viewport] of [['phone', PHONE], ['desktop', DESKTOP]]) {
    await page.setViewportSize(viewport);
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(pictures, `${name}-${size}.png`), fullPage: true });
  }
}

const scan = (key, payload) => page.goto(`${server.origin}/v/${key}#${payload}`);
const heading = (id) => page.locator(`${id} h2`).first().innerText();
const waitForDevice = () => page.waitForSelector('#device .answer');

test('GoodCodeAgreesWithTheServer', async () => {
  await scan(KEY, GOOD.payload);
  await waitForDevice();
  assert.match(await heading('#server'), /真实有效/);
  assert.match(await heading('#device'), /二维码签名正确，与上面一致/);
  assert.match(await page.locator('#device').innerText(), /公钥清单[^]*2026年11月24日 09:02/);
  assert.equal(await page.locator('#warning').isVisible(), false);
  await shoot('good');
  await shoot('good-dark', 'dark');
});

test('GoodCodeWithoutAServerShowsItsSignedFactsAndDoesNotKnowItsStatus', async () => {
  await page.route('**/api/v1/**', (route) => route.abort());
  server.fragments.set(KEY, ' ');
  await scan(KEY, GOOD.payload);
  await page.waitForSelector('#server .answer');
  await waitForDevice();
  assert.match(await heading('#device'), /二维码签名正确/);
  const shown = await page.locator('#device').innerText();
  for (const value of [GOOD.claims.number, GOOD.claims.holder, '示例市行政审批局', '食品经营许可证', '2026年11月20日', '2031年11月19日']) {
    assert.ok(shown.includes(value), value);
  }
  assert.match(shown, /签发时间[^]*2026年11月20日 \d\d:\d\d/);
  assert.doesNotMatch(shown, /落款日期/, 'the code does not carry the day on the paper');
  assert.match(shown, /不知道现在是否仍然有效/);
  assert.match(shown, /样本，不具法律效力/);
  assert.equal(await page.locator('#device .axes .unknown').count(), 1);
  assert.equal(await page.locator('#warning').isVisible(), false);
  assert.equal(await page.locator('.answer.yes').count(), 0);
});

test('AskedTooOftenThePageSaysSoAndStillChecksTheCode', async () => {
  await page.route('**/api/v1/**', (route) => route.fulfill({ status: 429, headers: { 'Retry-After': '9' }, body: '{}' }));
  server.fragments.set(KEY, ' ');
  await scan(KEY, GOOD.payload);
  await page.waitForSelector('#server .answer');
  await waitForDevice();
  assert.match(await heading('#server'), /请稍等片刻/);
  assert.match(await heading('#device'), /二维码签名正确/);
  assert.equal(await page.locator('#warning').isVisible(), false, 'no answer is no contradiction');
});

test('AlteredCodeIsRefusedWithItsFactsHiddenAndAWarning', async () => {
  await scan(KEY, ALTERED.payload);
  await waitForDevice();
  assert.match(await heading('#device'), /签名不对/);
  assert.equal((await page.locator('#device').innerText()).includes(GOOD.claims.number), false);
  await page.waitForSelector('#warning:not([hidden])');
  assert.match(await page.locator('#warning').innerText(), /可能被改动过/);
  assert.equal(await page.locator('.answer.yes').count(), 0, 'nothing is green beside an altered code');
  await shoot('altered');
});

test('TwinOfACodeThatAnybodyCouldMakeIsRefused', async () => {
  const twin = golden('refused.json').find(({ name }) => name === 'signature_with_high_s');
  await scan(twin.key, twin.payload);
  await waitForDevice();
  assert.match(await heading('#device'), /写法与签发时不同/);
  assert.equal((await page.locator('#device').innerText()).includes(GOOD.claims.number), false);
  await page.waitForSelector('#warning:not([hidden])');
  assert.equal(await page.locator('.answer.yes').count(), 0);
});

test('PageThatContradictsTheCodeIsCalledOut', async () => {
  const face = { ...ANSWER.document, number: 'JY29999999999999' };
  server.fragments.set(KEY, serverFragment({ ...ANSWER, document: face }));
  await scan(KEY, GOOD.payload);
  await page.waitForSelector('#warning:not([hidden])');
  assert.match(await page.locator('#warning').innerText(), /不一致/);
  assert.equal(await page.locator('.answer.yes').count(), 0);
});

test('PageWithoutMarkedFactsIsComparedThroughTheApi', async () => {
  server.fragments.set(KEY, serverFragment().replace(/ data-fact="[a-z_]+"/g, ''));
  server.answers.set(KEY, { ...ANSWER, document: { ...ANSWER.document, holder: '李*' } });
  await scan(KEY, GOOD.payload);
  await page.waitForSelector('#warning:not([hidden])');
  assert.match(await page.locator('#warning').innerText(), /不一致/);
});

test('RevokedDocumentIsSaidToBeRevokedBesideAGoodSignature', async () => {
  server.fragments.set(KEY, serverFragment(REVOKED));
  await scan(KEY, GOOD.payload);
  await waitForDevice();
  assert.match(await heading('#server'), /已被撤销/);
  assert.equal(await page.locator('#server .answer.yes').count(), 0);
  await shoot('revoked');
});

test('GoodCodeThatTheServerDoesNotKnowIsCalledOut', async () => {
  server.fragments.clear();
  server.answers.clear();
  await scan(KEY, GOOD.payload);
  await page.waitForSelector('#warning:not([hidden])');
  assert.match(await page.locator('#warning').innerText(), /没有登记/);
  await shoot('not-registered');
});

test('ServiceWorkerVerifiesWithTheServerGoneAndKeepsNothingPersonal', async () => {
  await scan(KEY, GOOD.payload);
  await waitForDevice();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.evaluate(() => navigator.serviceWorker.controller !== null ||
    new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', () => done(), { once: true })));
  await page.reload();
  await waitForDevice();
  await page.evaluate((key) => fetch(`/api/v1/verify/${key}`), KEY);
  const kept = await page.evaluate(async () => {
    const texts = {};
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) texts[new URL(request.url).pathname] = await (await cache.match(request)).text();
    }
    return texts;
  });
  assert.deepEqual(Object.keys(kept).sort(),
    ['/.well-known/songda-keys.json', '/icon.svg', '/seal.js', '/style.css', '/verify', '/verify.js']);
  for (const [path, text] of Object.entries(kept)) assert.equal(text.includes(GOOD.claims.number), false, path);

  await server.stop();
  const other = golden('good.json').find(({ name }) => name === 'person_without_end_of_validity');
  await scan(other.key, other.payload);
  await waitForDevice();
  assert.match(await heading('#device'), /二维码签名正确/);
  assert.ok((await page.locator('#device').innerText()).includes(other.claims.number));
  await page.waitForSelector('#server .answer');
  assert.match(await heading('#server'), /联系不上服务器/);
  assert.equal(await page.locator('.answer.yes').count(), 0, 'never a plain yes without the server');
  await shoot('offline');
  await page.goto('about:blank');
  await scan(KEY, ALTERED.payload);
  await waitForDevice();
  assert.match(await heading('#device'), /签名不对/);
});

test('KeyListPastItsTimeIsNotTrustedInSilence', async () => {
  await page.clock.setFixedTime(new Date('2027-02-01T00:00:00Z'));
  await scan(KEY, GOOD.payload);
  await waitForDevice();
  assert.match(await heading('#device'), /公钥清单已过期/);
  assert.match(await page.locator('#device').innerText(), /69 天前/);
});

test('TypedKeyIsLookedUpAndAMistypedOneExplained', async () => {
  await page.goto(`${server.origin}/verify`);
  await shoot('empty');
  await page.fill('#key', '3VJ6');
  await page.click('#by-key button');
  assert.match(await page.locator('#key-error').innerText(), /16 位/);
  await page.fill('#key', '3vj6-z0q8 k5tm-x2rn');
  await page.click('#by-key button');
  await page.waitForURL(`**/v/${KEY}`);
  assert.match(await heading('#server'), /真实有效/);
});

test('UploadedFileIsAnswered', async () => {
  await page.goto(`${server.origin}/verify`);
  await page.setInputFiles('#file', { name: '许可证.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
  await page.click('#by-file button');
  await page.waitForSelector('#server .answer.no');
  assert.match(await heading('#server'), /不是签发的原件/);
  assert.ok(server.requests.includes('POST /api/v1/verify'));
});

test('InboxOpensWithTheCodeAndLinksOnlyIntoItself', async () => {
  await page.goto(`${server.origin}/inbox/abc123`);
  await shoot('inbox-door');
  await page.fill('#code', '8765 4321');
  await page.click('#open button');
  await page.waitForSelector('#code-error:not([hidden])');
  assert.match(await page.locator('#code-error').innerText(), /领取码不对，或链接已失效/);
  await page.fill('#code', INBOX_CODE);
  await page.click('#open button');
  await page.waitForSelector('#list:not([hidden])');
  assert.equal(await page.locator('.documents > li').count(), 3);
  assert.deepEqual(await page.locator('a.button').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ['/api/v1/inbox/files/0000000001']);
  assert.deepEqual(await page.locator('a.plain').evaluateAll((links) => links.map((link) => link.getAttribute('href'))), [`/v/${KEY}`, `/v/${KEY}`]);
  assert.equal(await page.locator('.documents .sample').count(), 1);
  assert.match(await page.locator('#list').innerText(), /政务服务网 已签收/);
  assert.match(await page.locator('.documents > li', { hasText: '补正告知书' }).innerText(), /已签发，正在加盖可信时间戳[^]*电子邮件 等待可信时间戳/);
  assert.match(await page.locator('.documents > li.no').innerText(), /已撤销[^]*2026年11月22日 08:00[^]*以欺骗手段取得许可[^]*第六十九条/);
  await shoot('inbox-list');
});

test('OpenInboxShowsWhatMovesAndKeepsARatingThatIsBeingWritten', async () => {
  await page.goto(`${server.origin}/inbox/abc123`);
  await page.fill('#code', INBOX_CODE);
  await page.click('#open button');
  await page.waitForSelector('#list:not([hidden])');
  await page.click('details.fold summary');
  await page.fill('form.rating textarea', '还在写');
  while (server.followers.length === 0) await page.evaluate(() => new Promise(requestAnimationFrame));
  const [first, second, third] = structuredClone(INBOX.documents);
  first.delivery[1].state = 'acknowledged';
  third.delivery[0] = { channel: 'email', state: 'in_transit', at: '2026-11-20T03:00:00.000Z' };
  server.followers[0]([first, second, third]);
  await until(page, () => /电子邮件 在途/.test(document.querySelectorAll('.documents > li')[2].innerText));
  assert.match(await page.locator('.documents > li').first().innerText(), /电子邮件 已签收/);
  assert.equal(await page.inputValue('form.rating textarea'), '还在写');
  assert.equal(await page.locator('.documents > li').count(), 3);
});

test('ServedCaseIsRatedOnceAndALowRatingSaysWhy', async () => {
  await page.goto(`${server.origin}/inbox/abc123`);
  await page.fill('#code', INBOX_CODE);
  await page.click('#open button');
  await page.waitForSelector('#list:not([hidden])');
  assert.equal(await page.locator('details.fold').count(), 1, 'only what was served');
  await page.click('details.fold summary');
  const form = page.locator('form.rating');
  await form.locator('button').click();
  assert.match(await form.locator('.error').innerText(), /请选择一项评价/);
  await form.getByLabel('非常不满意').check();
  await form.locator('button').click();
  assert.match(await form.locator('.error').innerText(), /至少选一项原因/);
  await form.getByLabel('办事效率').check();
  await form.locator('textarea').fill('等了很久');
  await shoot('inbox-rating');
  await form.locator('button').click();
  await until(page, () => /您的评价：非常不满意/.test(document.querySelector('details.fold').innerText));
  assert.deepEqual(server.ratings, [{ document: '0000000001', level: 1, reasons: ['speed'], words: '等了很久' }]);
  assert.match(await page.locator('details.fold').innerText(), /回访，最迟 2026-12-15/);
  assert.equal(await page.locator('form.rating').count(), 0);
});

/** Opens the inbox in a browser whose push service is ours: none is in reach of a test. */
async function openInboxWithPush() {
  await visitor.grantPermissions(['notifications'], { origin: server.origin });
  await page.addInitScript(() => {
    let current = null;
    const made = (options) => ({
      endpoint: 'https://push.example/one', options,
      toJSON: () => ({ endpoint: 'https://push.example/one', keys: { p256dh: 'point', auth: 'secret' } }),
      unsubscribe: async () => { current = null; },
    });
    PushManager.prototype.getSubscription = async () => current;
    PushManager.prototype.subscribe = async (options) => { current = made(options); window.subscribedTo = options.applicationServerKey; return current; };
  });
  await page.goto(`${server.origin}/inbox/abc123`);
  await page.fill('#code', INBOX_CODE);
  await page.click('#open button');
  await page.waitForSelector('#push:not([hidden])');
}

test('InboxTellsThisBrowserOnlyOnceAskedAndStopsWhenAsked', async () => {
  await openInboxWithPush();
  assert.deepEqual(server.pushes, []);
  await shoot('inbox-push');
  await page.click('#push-button');
  await until(page, () => /不再通知/.test(document.getElementById('push-button').textContent));
  assert.deepEqual(server.pushes, [['POST', { endpoint: 'https://push.example/one', key: 'point', secret: 'secret' }]]);
  assert.equal((await page.evaluate(() => window.subscribedTo)).length, 87);
  await page.click('#push-button');
  await until(page, () => /有新文书时通知我/.test(document.getElementById('push-button').textContent));
  assert.deepEqual(server.pushes[1], ['DELETE', { endpoint: 'https://push.example/one' }]);
});

test('PushedMessageIsShownAndOpensOnlyThisSite', async () => {
  await openInboxWithPush();
  const devtools = await visitor.newCDPSession(page);
  const registered = new Promise((resolve) => devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    if (registrations.length > 0) resolve(registrations[0]);
  }));
  await devtools.send('ServiceWorker.enable');
  const { registrationId } = await registered;
  await page.evaluate(() => navigator.serviceWorker.ready);
  // The browser may drop a message that comes while the worker starts: it is sent again, under the same tag.
  const shown = async (message) => {
    for (let tries = 0; tries < 10; ++tries) {
      const sent = devtools.send('ServiceWorker.deliverPushMessage', { origin: server.origin, registrationId, data: message });
      await Promise.race([sent, setTimeout(2000)]);
      const found = await page.evaluate(async (tag) => {
        const worker = await navigator.serviceWorker.ready;
        for (let look = 0; look < 100; ++look) {
          const [one] = await worker.getNotifications({ tag });
          if (one) return { title: one.title, open: one.data.open };
          await new Promise((resolve) => { setTimeout(resolve, 20); });
        }
        return null;
      }, JSON.parse(message).tag);
      if (found) return found;
    }
    throw new Error('no notification was shown');
  };
  const own = await shown(JSON.stringify({ v: 1, what: 'document', tag: 'a', open: `${server.origin}/inbox/abc123` }));
  assert.match(own.title, /有新的文书可以查收/);
  assert.equal(own.open, `${server.origin}/inbox/abc123`);
  const status = await shown(JSON.stringify({ v: 1, what: 'status', tag: 'b', open: 'https://elsewhere.example/x' }));
  assert.match(status.title, /状态有变化/);
  assert.equal(status.open, '');
});

test('ProblemIsToldCalmlyWithTheNextStep', async () => {
  const words = { 404: /重新扫描文书上的二维码/, 403: /重新打开通知里的链接/, 503: /过一会儿刷新本页/, '429/17': /请在 17 秒后刷新本页/ };
  for (const [path, next] of Object.entries(words)) {
    await page.goto(`${server.origin}/problem/${path}`);
    assert.equal(await page.locator('h1').count(), 1, path);
    assert.match(await page.locator('p.next').innerText(), next, path);
    assert.equal(await page.locator('p[lang=en]').count(), 1, path);
    await shoot(`problem-${path.slice(0, 3)}`);
  }
  await page.goto(`${server.origin}/no/such/page`);
  await page.click('a.button');
  await page.waitForURL('**/verify');
});

test('FrontPageLeadsToVerification', async () => {
  await page.goto(`${server.origin}/`);
  await shoot('front');
  await page.click('a.main-door');
  await page.waitForURL('**/verify');
});

test('NothingIsWiderThanAnOldPhone', async () => {
  await page.setViewportSize({ width: 320, height: 568 });
  for (const path of ['/', '/verify', `/v/${KEY}#${GOOD.payload}`, '/inbox/abc123', '/problem/404', '/problem/413']) {
    await page.goto(server.origin + path);
    if (path.startsWith('/v/')) await waitForDevice();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), path);
  }
});

test('WithoutJavaScriptTheServersAnswerAndBothFormsWork', async () => {
  const plain = await browser.newContext({ viewport: PHONE, javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(`${server.origin}/v/${KEY}#${GOOD.payload}`);
  assert.match(await still.locator('#answer h2').innerText(), /真实有效/);
  assert.equal(await still.locator('#by-file').getAttribute('action'), '/verify');
  assert.equal(await still.locator('#by-file').getAttribute('enctype'), 'multipart/form-data');
  assert.equal(await still.locator('#by-key').getAttribute('method'), 'get');
  await still.goto(`${server.origin}/inbox/abc123`);
  assert.match(await still.locator('noscript').innerText(), /受理窗口/);
  await plain.close();
});
