// The offline check of a QR payload: docs/formats/qr.md, byte for byte. No DOM here, so that tests can run it.

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$+-/:';

/** base41 → bytes; null when it is not. */
export function fromBase41(text) {
  if (text.length % 3 === 1) return null;
  const bytes = [];
  for (let i = 0; i < text.length; i += 3) {
    const part = text.slice(i, i + 3);
    let value = 0;
    for (let j = part.length - 1; j >= 0; j--) {
      const digit = ALPHABET.indexOf(part[j]);
      if (digit < 0) return null;
      value = value * 41 + digit;
    }
    if (value > (part.length === 3 ? 65535 : 255)) return null;
    if (part.length === 3) bytes.push(value >> 8);
    bytes.push(value & 255);
  }
  return new Uint8Array(bytes);
}

/** Reads deterministic CBOR; throws on anything else. */
class Reader {
  constructor(bytes) { this.bytes = bytes; this.at = 0; }
  head(major) {
    const first = this.bytes[this.at];
    if (first === undefined || first >> 5 !== major) throw new Error('cbor');
    const code = first & 31;
    this.at += 1;
    if (code < 24) return code;
    if (code > 27) throw new Error('cbor');
    const width = 1 << (code - 24);
    if (this.at + width > this.bytes.length) throw new Error('cbor');
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + this.bytes[this.at++];
    const least = width === 1 ? 24 : width === 2 ? 0x100 : width === 4 ? 0x10000 : 0x100000000;
    if (value < least || !Number.isSafeInteger(value)) throw new Error('cbor');
    return value;
  }
  integer() {
    const negative = this.bytes[this.at] >> 5 === 1;
    const value = this.head(negative ? 1 : 0);
    return negative ? -1 - value : value;
  }
  string(major) {
    const size = this.head(major);
    if (this.at + size > this.bytes.length) throw new Error('cbor');
    this.at += size;
    return this.bytes.slice(this.at - size, this.at);
  }
  text() { return new TextDecoder('utf-8', { fatal: true }).decode(this.string(3)); }
  expect(value) { if (this.integer() !== value) throw new Error('cbor'); }
  end() { if (this.at !== this.bytes.length) throw new Error('cbor'); }
}

function readClaims(bytes) {
  const r = new Reader(bytes);
  const pairs = r.head(5);
  if (pairs !== 5 && pairs !== 6) throw new Error('claims');
  const claims = {};
  r.expect(2); claims.holder = r.text();
  if (pairs === 6) { r.expect(4); claims.validUntil = r.head(0); }
  r.expect(6); claims.issuedAt = r.head(0);
  r.expect(-1); claims.type = r.text();
  r.expect(-2); claims.number = r.text();
  r.expect(-3); claims.recordHash = r.string(2);
  if (claims.recordHash.length !== 32) throw new Error('claims');
  r.end();
  return claims;
}

/** The parts of a payload, or null when it cannot be read. */
export function readPayload(text) {
  const bytes = fromBase41(text);
  if (!bytes || bytes[0] !== 1) return null;
  try {
    const r = new Reader(bytes.slice(1));
    if (r.head(6) !== 18 || r.head(4) !== 4) return null;
    const header = r.string(2);
    if (r.head(5) !== 0) return null;
    const claims = r.string(2);
    const signature = r.string(2);
    r.end();
    const h = new Reader(header);
    if (h.head(5) !== 2) return null;
    h.expect(1); h.expect(-7); h.expect(4);
    const kid = h.string(2);
    h.end();
    if (kid.length !== 8 || signature.length !== 64) return null;
    return { header, claimBytes: claims, claims: readClaims(claims), signature,
      kid: Array.from(kid, (b) => b.toString(16).padStart(2, '0')).join('') };
  } catch {
    return null;
  }
}

function byteString(bytes, major = 2) {
  const n = bytes.length;
  const head = n < 24 ? [major << 5 | n] : n < 256 ? [major << 5 | 24, n] : [major << 5 | 25, n >> 8, n & 255];
  return [...head, ...bytes];
}

function signedBytes(payload, key) {
  const ascii = (text) => Array.from(text, (c) => c.charCodeAt(0));
  return new Uint8Array([0x84, ...byteString(ascii('Signature1'), 3), ...byteString(payload.header),
    ...byteString(ascii(key)), ...byteString(payload.claimBytes)]);
}

/**
 * Checks a payload against a key list with WebCrypto.
 * Answers {integrity, authority, status: 'yes'|'no'|'unknown', reason texts, claims, key}.
 */
export async function checkSeal(key, text, keyList, nowSeconds) {
  const payload = readPayload(text);
  if (!payload) return { integrity: 'unknown', why: 'unreadable' };
  const named = keyList.keys.filter((k) => k.kid === payload.kid);
  for (const listed of named) {
    const spki = Uint8Array.from(atob(listed.spki), (c) => c.charCodeAt(0));
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const publicKey = await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
    const good = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, payload.signature,
      signedBytes(payload, key));
    if (!good) continue;
    const issued = payload.claims.issuedAt * 1000;
    const within = Date.parse(listed.not_before) <= issued && issued <= Date.parse(listed.not_after);
    const expired = payload.claims.validUntil !== undefined && payload.claims.validUntil < nowSeconds;
    return { integrity: 'yes', authority: within ? 'yes' : 'no', status: expired ? 'no' : 'unknown', why: 'sealed',
      claims: payload.claims, listed, title: keyList.types[payload.claims.type] ?? payload.claims.type };
  }
  return named.length ? { integrity: 'no', why: 'wrong' } : { integrity: 'unknown', why: 'unlisted' };
}
