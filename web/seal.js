// The offline verifier of the QR payload (docs/formats/qr.md). Pure functions, no page, no network:
// what a browser, a service worker or a test may call. Every reader here is strict: one encoding is
// accepted for every value, everything else is refused.
//
// Order of the checks, which decides what a broken payload is told:
//   text -> base41 -> version -> COSE envelope -> kid in the list -> low s -> signature -> claims -> key's validity
// Claims are read only after their signature is right, so nothing unsigned is ever shown.

const BASE41 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$+-/:';
const KEY_PATTERN = /^[0-9A-HJKMNP-TV-Z]{16}$/;

export const LIMITS = Object.freeze({
  payloadCharacters: 1024,
  keysInList: 4096,
  secondsMax: 253402300799, // 9999-12-31T23:59:59Z
});

// The whole part of n / 2 of P-256. (r, n - s) verifies wherever (r, s) does; only the smaller s is ever issued.
const HALF_ORDER = Uint8Array.from([
  0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
]);

const PROTECTED_HEAD = [0x4d, 0xa2, 0x01, 0x26, 0x04, 0x48];
const PROTECTED_BYTES = 14; // the bstr's head and its 13 bytes
const CLAIM_NAMES = new Map([
  [2, 'holder'], [4, 'valid_until'], [6, 'issued_at'],
  [-1, 'type'], [-2, 'number'], [-3, 'record_sha256'],
]);
const REQUIRED_CLAIMS = ['holder', 'issued_at', 'type', 'number', 'record_sha256'];

/** What a person typed or an address bar carries as key; null when it cannot be one. */
export function parseKey(text) {
  const tidy = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return KEY_PATTERN.test(tidy) ? tidy : null;
}

/** The payload of `#...`; scanners that percent-encode are forgiven, nothing else is. */
export function payloadOfFragment(fragment) {
  const text = fragment.charAt(0) === '#' ? fragment.slice(1) : fragment;
  try {
    return decodeURIComponent(text);
  } catch (_) {
    return text;
  }
}

/** Bytes of a base41 text, or null. */
export function decodeBase41(text) {
  if (text.length % 3 === 1) return null;
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (text.length % 3 === 2 ? 1 : 0));
  let written = 0;
  for (let at = 0; at < text.length; at += 3) {
    const group = text.slice(at, at + 3);
    let value = 0;
    for (let i = group.length - 1; i >= 0; i -= 1) {
      const digit = BASE41.indexOf(group[i]);
      if (digit < 0) return null;
      value = value * 41 + digit;
    }
    if (value > (group.length === 3 ? 0xffff : 0xff)) return null;
    if (group.length === 3) bytes[written++] = value >> 8;
    bytes[written++] = value & 0xff;
  }
  return bytes;
}

/** Reads deterministic CBOR (RFC 8949 §4.2.1): definite lengths, shortest heads. Throws RangeError. */
class CborReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(count) {
    if (count > this.bytes.length - this.at) throw new RangeError('truncated');
    const part = this.bytes.subarray(this.at, this.at + count);
    this.at += count;
    return part;
  }

  head() {
    const initial = this.take(1)[0];
    const short = initial & 0x1f;
    if (short < 24) return { major: initial >> 5, value: short };
    if (short > 27) throw new RangeError('indefinite or reserved length');
    const width = 1 << (short - 24);
    let value = 0;
    for (const byte of this.take(width)) value = value * 256 + byte;
    const least = [24, 0x100, 0x10000, 0x100000000][short - 24];
    if (value < least || value > Number.MAX_SAFE_INTEGER) throw new RangeError('not the shortest head');
    return { major: initial >> 5, value };
  }

  expect(major) {
    const head = this.head();
    if (head.major !== major) throw new RangeError('wrong type');
    return head.value;
  }

  integer() {
    const { major, value } = this.head();
    if (major === 0) return value;
    if (major === 1) return -1 - value;
    throw new RangeError('wrong type');
  }

  byteString() {
    return this.take(this.expect(2));
  }

  text() {
    const bytes = this.take(this.expect(3));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  }

  end() {
    if (this.at !== this.bytes.length) throw new RangeError('bytes after the end');
  }
}

/** The parts of `01 || COSE_Sign1`, or null. Nothing in it is verified yet. */
export function parseEnvelope(bytes) {
  try {
    const reader = new CborReader(bytes);
    const start = reader.take(3);
    if (start[0] !== 1 || start[1] !== 0xd2 || start[2] !== 0x84) return null;
    const guarded = reader.take(PROTECTED_BYTES);
    if (PROTECTED_HEAD.some((byte, i) => guarded[i] !== byte)) return null;
    if (reader.take(1)[0] !== 0xa0) return null;
    const claims = reader.byteString();
    const signature = reader.byteString();
    reader.end();
    if (signature.length !== 64) return null;
    return { guarded: guarded.subarray(1), kid: toHex(guarded.subarray(6)), claims, signature };
  } catch (_) {
    return null;
  }
}

/** The claims by name, or null when they are not the one deterministic encoding of qr.md's map. */
export function parseClaims(bytes) {
  try {
    const reader = new CborReader(bytes);
    const count = reader.expect(5);
    const claims = {};
    let last = -1;
    for (let i = 0; i < count; i += 1) {
      const label = reader.integer();
      const place = Array.from(CLAIM_NAMES.keys()).indexOf(label);
      if (place <= last) return null; // unknown (-1), repeated, or out of order
      last = place;
      claims[CLAIM_NAMES.get(label)] = readClaim(reader, label);
    }
    reader.end();
    return REQUIRED_CLAIMS.every((name) => name in claims) ? claims : null;
  } catch (_) {
    return null;
  }
}

function readClaim(reader, label) {
  if (label === 4 || label === 6) {
    const seconds = reader.expect(0);
    if (seconds > LIMITS.secondsMax) throw new RangeError('time');
    return seconds;
  }
  if (label === -3) {
    const digest = reader.byteString();
    if (digest.length !== 32) throw new RangeError('digest length');
    return toHex(digest);
  }
  return reader.text();
}

/** CBOR ["Signature1", guarded, external_aad = KEY, claims]: the bytes that are signed. */
export function signedBytes(envelope, key) {
  const ascii = (text) => Array.from(text, (character) => character.charCodeAt(0));
  const size = envelope.claims.length;
  const claimsHead = size < 24 ? [0x40 + size] : size < 256 ? [0x58, size] : [0x59, size >> 8, size & 0xff];
  return Uint8Array.from([
    0x84, 0x6a, ...ascii('Signature1'), 0x4d, ...envelope.guarded,
    0x50, ...ascii(key), ...claimsHead, ...envelope.claims,
  ]);
}

/** The key list's usable part, or null when it is not a list of version 1. */
export function readKeyList(list) {
  if (list === null || typeof list !== 'object' || list.version !== 1) return null;
  if (!Array.isArray(list.keys) || list.keys.length > LIMITS.keysInList) return null;
  if (Number.isNaN(Date.parse(list.issued_at)) || Number.isNaN(Date.parse(list.next_update))) return null;
  const compromised = list.compromised_keys;
  if (compromised !== undefined && (!Array.isArray(compromised) || compromised.length > LIMITS.keysInList)) return null;
  return list;
}

/**
 * Checks a payload against a key list.
 *
 * Answers {verdict, claims?, department?, sample?} with verdict one of
 *   good · seal_wrong · signature_form_wrong · key_not_listed · key_compromised · outside_key_validity · payload_unreadable · no_trust_list.
 * `claims` and `department` are present only when the signature is right. It never says whether the
 * document holds now: that cannot be known offline.
 */
export async function checkSeal(key, payload, keyList) {
  if (!KEY_PATTERN.test(key) || payload.length === 0 || payload.length > LIMITS.payloadCharacters) {
    return { verdict: 'payload_unreadable' };
  }
  const bytes = decodeBase41(payload);
  const envelope = bytes === null ? null : parseEnvelope(bytes);
  if (envelope === null) return { verdict: 'payload_unreadable' };
  const list = readKeyList(keyList);
  if (list === null) return { verdict: 'no_trust_list' };

  const candidates = [];
  const compromised = list.compromised_keys || [];
  for (const entry of [...list.keys, ...compromised]) {
    if (entry.use === 'qr' && entry.algorithm === 'ES256' && entry.kid === envelope.kid) {
      const imported = await importListed(entry);
      if (imported !== null) candidates.push({ entry, imported });
    }
  }
  if (candidates.length === 0) return { verdict: 'key_not_listed' };

  if (!hasLowS(envelope.signature)) return { verdict: 'signature_form_wrong' };
  const message = signedBytes(envelope, key);
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  for (const { entry, imported } of candidates) {
    if (await crypto.subtle.verify(algorithm, imported, envelope.signature, message)) {
      // Whoever has the key writes what they like: nothing that it signed is a fact.
      return compromised.includes(entry) ? { verdict: 'key_compromised' } : judgeSigned(envelope, entry);
    }
  }
  return { verdict: 'seal_wrong' };
}

/** Is s, the second half of r || s, at most half the curve's order? */
function hasLowS(signature) {
  const s = signature.subarray(32);
  const at = s.findIndex((byte, i) => byte !== HALF_ORDER[i]);
  return at < 0 || s[at] < HALF_ORDER[at];
}

function judgeSigned(envelope, entry) {
  const claims = parseClaims(envelope.claims);
  if (claims === null) return { verdict: 'payload_unreadable' };
  const issued = claims.issued_at * 1000;
  const inside = issued >= Date.parse(entry.not_before) && issued <= Date.parse(entry.not_after);
  return {
    verdict: inside ? 'good' : 'outside_key_validity',
    claims,
    department: entry.department,
    sample: entry.sample === true,
  };
}

/** The key of an entry whose kid is really its key's; null otherwise. */
async function importListed(entry) {
  try {
    const spki = Uint8Array.from(atob(entry.spki), (character) => character.charCodeAt(0));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', spki));
    if (toHex(digest.subarray(0, 8)) !== entry.kid) return null;
    return await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  } catch (_) {
    return null;
  }
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
