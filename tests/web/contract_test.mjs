// Proves what can be read off the files: one place for the answer, nothing inline that the policy would refuse, no
// foreign address, pages within their weight, the worker keeping just what the verification page loads.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const folder = new URL('../../web/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), 'utf8');
const names = readdirSync(folder).filter((name) => name !== 'README.md');
const pages = names.filter((name) => name.endsWith('.html'));
const PAGE_BYTES_MAX = 60000;
const OWN_STYLE = { 'kiosk.html': 'kiosk.css', 'hall.html': 'hall.css' }; // read from afar, or with a finger

/** Root-relative files that a page or script names. */
const loads = (text) => Array.from(text.matchAll(/(?:href|src|from)\s*=?\s*["'][./]*\/?([a-z]+\.(?:css|js|svg|webmanifest))["']/g), (m) => m[1]);

test('AnswerHasExactlyOnePlace', () => {
  assert.equal(read('verify.html').split('<!--SONGDA:ANSWER-->').length, 2);
});

test('PagesHoldNothingInline', () => {
  assert.ok(pages.length >= 3);
  for (const name of pages) {
    const text = read(name);
    assert.doesNotMatch(text, /<style|\sstyle=|\son[a-z]+=|javascript:/i, name);
    for (const [, attributes, body] of text.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) {
      assert.match(attributes, /src="\/[a-z]+\.js"/, name);
      assert.equal(body, '', name);
    }
  }
});

test('NothingComesFromElsewhereOrIsParsedAsMarkup', () => {
  for (const name of names) {
    const text = read(name).replace('http://www.w3.org/2000/svg', '');
    assert.doesNotMatch(text, /https?:\/\/|@import|@font-face/, name);
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name);
  }
});

test('EveryProblemHasAHeadingANextStepAndBothTongues', () => {
  const [texts, after] = read('problem.html').split('<!--SONGDA:END-->');
  assert.ok(after.includes('</html>'));
  const [before, ...statuses] = texts.split('<!--SONGDA:STATUS ');
  assert.ok(before.includes('<main id="main">'));
  assert.deepEqual(statuses.map((text) => Number(text.slice(0, 3))), [400, 401, 403, 404, 405, 408, 413, 429, 500, 503]);
  for (const text of statuses) {
    const status = text.slice(0, 3);
    const ends = text.includes('<!--SONGDA:WAIT-->') ? 2 : 1;
    assert.equal(text.split('<h1>').length, 2, status);
    assert.equal(text.split('<p class="next">').length, 1 + ends, status);
    assert.equal(text.split('<p lang="en">').length, 1 + ends, status);
  }
});

test('EachPageIsLight', () => {
  for (const page of pages) {
    const seen = new Set([page, 'icon.svg']);
    for (const name of seen) loads(read(name)).forEach((loaded) => seen.add(loaded));
    const bytes = Array.from(seen).reduce((sum, name) => sum + Buffer.byteLength(read(name)), 0);
    assert.ok(bytes < PAGE_BYTES_MAX, `${page}: ${bytes} bytes`);
    assert.ok(seen.has(OWN_STYLE[page] ?? 'style.css'), page);
  }
});

test('WorkerKeepsWhatTheVerificationPageLoads', () => {
  const worker = read('sw.js');
  const needed = new Set([...loads(read('verify.html')), ...loads(read('verify.js')), 'icon.svg']);
  needed.delete('manifest.webmanifest');
  assert.ok(needed.size >= 4);
  for (const name of needed) assert.ok(worker.includes(`'/${name}'`), name);
  assert.doesNotMatch(worker.match(/const KEPT = \[[^\]]*\]/)[0], /\/api\/|\/v\/|inbox/);
});

test('EveryPageIsInTwoTongues', () => {
  for (const name of pages) {
    assert.match(read(name), /<html lang="zh-CN">/, name);
    assert.ok(read(name).split('lang="en"').length > 4, name);
  }
});
