// The page's offline check against the golden payloads that another program sealed (tests/golden/qr/README.md).
import assert from 'node:assert';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

globalThis.crypto ??= webcrypto;
const { checkSeal, fromBase41 } = await import('../../web/seal.js');

const read = (name) => JSON.parse(readFileSync(new URL(`../golden/qr/${name}`, import.meta.url)));
const keys = read('keys.json');
const now = Date.parse(keys.issued_at) / 1000;

async function verdict(key, payload) {
  const result = await checkSeal(key, payload, keys, now);
  if (result.integrity === 'yes') return result.authority === 'yes' ? 'good' : 'outside_key_validity';
  return { wrong: 'seal_wrong', unlisted: 'key_not_listed', unreadable: 'payload_unreadable' }[result.why];
}

test('good payloads say what they were made to say', async () => {
  for (const one of read('good.json')) {
    const result = await checkSeal(one.key, one.payload, keys, now);
    assert.strictEqual(result.integrity, 'yes', one.name);
    assert.strictEqual(result.claims.number, one.claims.number, one.name);
    assert.notStrictEqual(result.status, 'yes', one.name);
  }
});

test('each fault is told for what it is', async () => {
  for (const one of read('refused.json')) assert.strictEqual(await verdict(one.key, one.payload), one.verdict, one.name);
});

test('no flipped bit and no prefix passes', async () => {
  const { key, payload, mutations } = read('mutated.json');
  for (const mutation of mutations) assert.notStrictEqual(await verdict(key, mutation.payload), 'good', String(mutation.at));
  for (let size = 0; size < payload.length; size++) assert.notStrictEqual(await verdict(key, payload.slice(0, size)), 'good', String(size));
});

test('base41 is read the same', () => {
  const { good, refused } = read('base41.json');
  for (const one of good) assert.strictEqual(Buffer.from(fromBase41(one.text)).toString('hex'), one.hex);
  for (const text of refused) assert.strictEqual(fromBase41(text), null, text);
});
