// Proves that web/seal.js accepts what python signed and refuses everything else, with the golden payloads of
// tests/golden/qr: every byte changed, every truncation, wrong keys, every other spelling of the CBOR.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { checkSeal, decodeBase41, parseKey, payloadOfFragment } from '../../web/seal.js';

const golden = (name) => JSON.parse(readFileSync(new URL(`../golden/qr/${name}`, import.meta.url), 'utf8'));
const keys = golden('keys.json');
const good = golden('good.json');
const testKeys = golden('test_keys.json');
const toHex = (bytes) => Buffer.from(bytes).toString('hex');

test('GoodPayloadsSayWhatPythonSigned', async () => {
  assert.ok(good.length >= 5);
  for (const { name, key, payload, claims, department } of good) {
    const result = await checkSeal(key, payload, keys);
    assert.equal(result.verdict, 'good', name);
    assert.deepEqual(result.claims, claims, name);
    assert.equal(result.department.name, department, name);
    assert.equal(result.sample, true, name);
  }
});

test('EachWrongPayloadIsToldItsReasonAndShowsNoUnsignedFact', async () => {
  const cases = golden('refused.json');
  assert.ok(cases.length > 50);
  for (const { name, key, payload, verdict } of cases) {
    const result = await checkSeal(key, payload, keys);
    assert.equal(result.verdict, verdict, name);
    if (verdict !== 'outside_key_validity') assert.equal(result.claims, undefined, name);
  }
});

test('EveryChangedByteIsRefused', async () => {
  const { key, payload, bytes, mutations } = golden('mutated.json');
  assert.equal((await checkSeal(key, payload, keys)).verdict, 'good');
  assert.equal(mutations.length, bytes);
  for (const mutation of mutations) {
    const result = await checkSeal(key, mutation.payload, keys);
    assert.equal(result.verdict, mutation.verdict, `byte ${mutation.at}`);
    assert.equal(result.claims, undefined, `byte ${mutation.at}`);
  }
});

test('EveryChangedCharacterIsRefused', async () => {
  const { key, payload } = good[0];
  for (let at = 0; at < payload.length; at += 1) {
    const other = payload[at] === '0' ? '1' : '0';
    const changed = payload.slice(0, at) + other + payload.slice(at + 1);
    assert.notEqual((await checkSeal(key, changed, keys)).verdict, 'good', `character ${at}`);
  }
});

test('EveryTruncationIsRefused', async () => {
  for (const { key, payload } of good) {
    for (let size = 0; size < payload.length; size += 1) {
      const result = await checkSeal(key, payload.slice(0, size), keys);
      assert.equal(result.verdict, 'payload_unreadable', `${size} characters`);
    }
  }
});

test('EveryOtherKeyCharacterIsRefused', async () => {
  const { key, payload } = good[0];
  for (let at = 0; at < key.length; at += 1) {
    const other = key.slice(0, at) + (key[at] === '7' ? '8' : '7') + key.slice(at + 1);
    assert.equal((await checkSeal(other, payload, keys)).verdict, 'seal_wrong', other);
  }
  assert.equal((await checkSeal(key.toLowerCase(), payload, keys)).verdict, 'payload_unreadable');
});

test('Base41ReadsExactlyOneSpelling', () => {
  const { good: pairs, refused } = golden('base41.json');
  for (const { hex, text } of pairs) assert.equal(toHex(decodeBase41(text)), hex);
  for (const text of refused) assert.equal(decodeBase41(text), null, text);
});

test('KeyOfAnotherUseOrAnotherKidVouchesForNothing', async () => {
  const { key, payload } = good[0];
  const listed = keys.keys.find((entry) => entry.kid === testKeys.listed.kid);
  const spki = Buffer.from(testKeys.unlisted.spki_hex, 'hex').toString('base64');
  const verdictWith = async (...entries) => (await checkSeal(key, payload, { ...keys, keys: entries })).verdict;
  assert.equal(await verdictWith({ ...listed, use: 'record' }), 'key_not_listed');
  assert.equal(await verdictWith({ ...listed, algorithm: 'ES384' }), 'key_not_listed');
  assert.equal(await verdictWith({ ...listed, spki }), 'key_not_listed');
  assert.equal(await verdictWith({ ...listed, spki: 'AAAA' }), 'key_not_listed');
  assert.equal(await verdictWith({ ...listed, not_before: 'soon' }), 'outside_key_validity');
  assert.equal(await verdictWith({ ...listed, spki }, listed), 'good', 'a wrong entry does not hide the right one');
});

test('KeyThatOthersMayHaveVouchesForNothing', async () => {
  const others = keys.keys.filter((entry) => entry.kid !== testKeys.listed.kid);
  const stolen = keys.keys.filter((entry) => entry.kid === testKeys.listed.kid);
  const list = { ...keys, keys: others, compromised_keys: stolen };
  for (const { name, key, payload } of good) {
    assert.deepEqual(await checkSeal(key, payload, list), { verdict: 'key_compromised' }, name);
  }
  const { key, payload } = good[0];
  assert.equal((await checkSeal(key, payload, { ...list, compromised_keys: {} })).verdict, 'no_trust_list');
  const torn = payload.slice(0, -3) + (payload.endsWith('000') ? '111' : '000');
  assert.notEqual((await checkSeal(key, torn, list)).verdict, 'key_compromised', 'the signature is looked at first');
});

test('ListOfAnotherVersionOrWithoutTimesIsNoList', async () => {
  const { key, payload } = good[0];
  const { issued_at: _, ...undated } = keys;
  for (const list of [null, undefined, 1, {}, { ...keys, version: 2 }, { ...keys, keys: {} }, undated]) {
    assert.equal((await checkSeal(key, payload, list)).verdict, 'no_trust_list');
  }
});

test('TypedKeysAreForgivenTheirSpelling', () => {
  assert.equal(parseKey(' 3vj6-z0q8-k5tm-x2rn '), '3VJ6Z0Q8K5TMX2RN');
  assert.equal(parseKey('oil0000000000000'), '0110000000000000');
  for (const text of ['', '3VJ6', '3VJ6Z0Q8K5TMX2RU', '3VJ6Z0Q8K5TMX2RN0', '../../etc/passwd']) {
    assert.equal(parseKey(text), null, text);
  }
});

test('PercentEncodedFragmentsOfScannersAreRead', async () => {
  const { key, payload } = good[0];
  const encoded = '#' + encodeURIComponent(payload);
  assert.equal((await checkSeal(key, payloadOfFragment(encoded), keys)).verdict, 'good');
  assert.equal(payloadOfFragment('#%'), '%');
});
