// The service's public pages, faked with the routes, headers and markup of web/README.md.
import { readFileSync } from 'node:fs';
import http from 'node:http';

const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
  + "font-src 'none'; form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'";
const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const FILES = {
  '/': ['index.html', HTML], '/verify': ['verify.html', HTML], '/style.css': ['style.css', 'text/css'],
  '/verify.js': ['verify.js', SCRIPT], '/seal.js': ['seal.js', SCRIPT], '/sw.js': ['sw.js', SCRIPT],
  '/inbox.js': ['inbox.js', SCRIPT], '/elements.js': ['elements.js', SCRIPT], '/subscribe.js': ['subscribe.js', SCRIPT], '/rating.js': ['rating.js', SCRIPT], '/push.js': ['push.js', SCRIPT],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
  '/manifest.webmanifest': ['manifest.webmanifest', 'application/manifest+json'],
};

export const KEY = '3VJ6Z0Q8K5TMX2RN';
export const INBOX_CODE = '12345678';

const axis = (answer, reason, text, textEn) => ({ answer, reason, as_of: '2026-11-24T01:02:03.004Z', text, text_en: textEn });
export const ANSWER = {
  integrity: axis('yes', 'register', '登记簿中有这份文书。', 'The register holds this document.'),
  authority: axis('yes', 'register', '由登记的审批部门签发。', 'Issued by the department on record.'),
  status: axis('yes', 'valid', '现在有效。', 'In force now.'),
  document: {
    key: KEY, title: '食品经营许可证', type: 'SPJY', number: 'JY23201990012345',
    issuer: { code: '11320199MB0000001', name: '示例市行政审批局' }, holder: '示例市********公司',
    decided_on: '2026-11-19', issued_at: '2026-11-20T01:30:15.000Z', valid_until: '2031-11-19', sample: true,
  },
};
export const REVOKED = {
  ...ANSWER, status: { ...axis('no', 'revoked', '已被撤销', 'Revoked'), since: '2026-11-22T00:00:00.000Z' },
};

/** The exact fragment of web/README.md. */
export function serverFragment(answer = ANSWER) {
  const { document: face } = answer;
  const names = [['integrity', '完整', 'Integrity'], ['authority', '签发者', 'Authority'], ['status', '现状', 'Status']];
  const axes = names.map(([name, zh, en]) => {
    const { answer: word, text, text_en: textEn } = answer[name];
    return `<li class="${word}"><b>${zh} <span lang="en">${en}</span></b> ${text} <span lang="en">${textEn}</span></li>`;
  });
  const rows = [['文书', 'Document', face.title, 'title'], ['编号', 'Number', face.number, 'number'],
    ['签发部门', 'Issued by', face.issuer.name, 'issuer'], ['持有人', 'Holder', face.holder, 'holder'],
    ['落款日期', 'Dated', '2026年11月19日', 'decided_on'], ['有效期至', 'Valid until', '2031年11月19日', 'valid_until'],
    ['签发时间', 'Issued at', '2026年11月20日 09:30', 'issued_at'],
    ['核验时间', 'Checked at', '2026年11月24日 09:02', 'checked_at']];
  const facts = rows.map(([zh, en, value, name]) => `<div><dt>${zh} <span lang="en">${en}</span></dt><dd data-fact="${name}">${value}</dd></div>`);
  const valid = answer.status.answer === 'yes';
  return `<section class="answer ${valid ? 'yes' : 'no'}" id="answer"><h2>${valid ? '真实有效' : answer.status.text} `
    + `<span lang="en">${valid ? 'Genuine and in force' : answer.status.text_en}</span></h2>`
    + `<p class="sample">样本，不具法律效力 <span lang="en">Sample, without legal effect</span></p>`
    + `<dl>${facts.join('')}</dl><ul class="axes">${axes.join('')}</ul></section>`;
}

/** The page of a problem, cut as web/README.md says. */
function problemPage(status, seconds) {
  const [before, ...texts] = file('web/problem.html').split('<!--SONGDA:END-->')[0].split('<!--SONGDA:STATUS ');
  const text = texts.find((each) => each.startsWith(`${status}-->`)).replace(/^[^]*?-->/, '');
  const [always, waits = ''] = text.split('<!--SONGDA:WAIT-->');
  const [waiting, noWait = ''] = waits.split('<!--SONGDA:NO-WAIT-->');
  const after = file('web/problem.html').split('<!--SONGDA:END-->')[1];
  return before + always + (seconds ? waiting.replaceAll('{seconds}', seconds) : noWait) + after;
}

const NOTHING = '<section class="answer unknown" id="answer"><h2>没有找到这份文书 <span lang="en">No such document here</span></h2>'
  + '<p>请核对地址，或用手机重新扫描文书上的二维码。<span lang="en">Check the address, or scan the code on the document again.</span></p></section>';

export const INBOX = {
  push_key: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8', // RFC 8291 §5
  documents: [
    { id: '0000000001', rating: null, title: '食品经营许可证', number: 'JY23201990012345', issuer: '示例市行政审批局', decided_on: '2026-11-19', issued_at: '2026-11-20T01:30:15.000Z',
      status: 'valid', sample: true, download: '/api/v1/inbox/files/0000000001', verify: `/v/${KEY}`,
      service: { state: 'served', state_zh: '已送达', since: '2026-11-20T02:11:00.000Z', served_at: '2026-11-20T02:11:00.000Z', rule: 'portal-opened', rules_version: '2026-1',
        channel: 'portal', basis_zh: '受送达人凭链接和领取码查收', basis: 'opened by who holds link and code' },
      delivery: [{ channel: 'portal', state: 'acknowledged', at: '2026-11-20T02:11:00.000Z' },
        { channel: 'email', state: 'reached', at: '2026-11-20T01:30:21.000Z' }] },
    { title: '准予行政许可决定书', number: '示例许准〔2026〕123号', issuer: '示例市行政审批局', issued_at: '2026-11-20T01:30:14.000Z',
      status: 'revoked', changed: { at: '2026-11-22T00:00:00.000Z', operation_zh: '注销', reason: '以欺骗手段取得许可', basis: '《中华人民共和国行政许可法》第六十九条' },
      download: 'https://elsewhere.example/x', verify: 'https://elsewhere.example/v/0', delivery: [{ channel: 'email', state: 'in_transit', at: '2026-11-20T01:31:00.000Z' }] },
    { title: '补正告知书', number: '示补〔2026〕9号', issuer: '示例市行政审批局', issued_at: '2026-11-20T01:30:13.000Z', status: 'valid',
      awaits: 'B-LT', verify: `/v/${KEY}`, delivery: [{ channel: 'email', state: 'held', reason: 'awaits_B-LT', at: '2026-11-20T01:30:13.000Z' }] },
  ],
};

/** Starts on a free loopback port: {origin, fragments: Map key → HTML, answers: Map key → answer, requests, stop}. */
export async function startFakeServer() {
  const state = { fragments: new Map([[KEY, serverFragment()]]), answers: new Map([[KEY, ANSWER]]), requests: [], pushes: [], ratings: [], followers: [] };
  const send = (response, status, type, body, more = {}) => {
    response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-cache', ...more });
    response.end(body);
  };
  const json = (response, status, value) => send(response, status, status < 400 ? 'application/json' : 'application/problem+json', JSON.stringify(value));

  function openInbox(response, body) {
    if (JSON.parse(body).code === INBOX_CODE) return json(response, 200, INBOX);
    return json(response, 403, { code: 'link-or-code-wrong', status: 403 });
  }

  function route(request, response, body) {
    const { pathname } = new URL(request.url, 'http://localhost');
    state.requests.push(`${request.method} ${request.url}`);
    if (FILES[pathname]) return send(response, 200, FILES[pathname][1], file(`web/${FILES[pathname][0]}`));
    if (pathname.startsWith('/v/')) {
      const answer = state.fragments.get(pathname.slice(3));
      return send(response, answer ? 200 : 404, HTML, file('web/verify.html').replace('<!--SONGDA:ANSWER-->', answer || NOTHING));
    }
    if (pathname.startsWith('/inbox/')) return send(response, 200, HTML, file('web/inbox.html'));
    if (pathname === '/.well-known/songda-keys.json') return send(response, 200, 'application/json', file('tests/golden/qr/keys.json'));
    if (pathname === '/api/v1/verify' && request.method === 'POST') return json(response, 200, { ...ANSWER, integrity: axis('no', 'altered', '文件被改动过。', 'The file was altered.') });
    if (pathname.startsWith('/api/v1/verify/')) {
      const answer = state.answers.get(pathname.slice('/api/v1/verify/'.length));
      return answer ? json(response, 200, answer) : json(response, 404, { title: 'not found' });
    }
    if (pathname === '/api/v1/inbox/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.write('retry: 3000\n\n');
      state.followers.push((documents) => response.write(`id: "1"\nevent: inbox\ndata: ${JSON.stringify({ documents })}\n\n`));
      return undefined;
    }
    if (pathname === '/api/v1/inbox/ratings') {
      const said = JSON.parse(body);
      state.ratings.push(said);
      return json(response, 201, { ...said, at: '2026-11-24T01:02:03.004Z', ...(said.level <= 2 ? { state: 'open', due: '2026-12-15' } : { state: 'counted' }) });
    }
    if (pathname === '/api/v1/inbox/push') {
      state.pushes.push([request.method, JSON.parse(body)]);
      return send(response, 204, 'application/json', '');
    }
    if (/^\/api\/v1\/inbox\/[^/]+:open$/.test(pathname)) return openInbox(response, body);
    const [, status, seconds] = pathname.match(/^\/problem\/([0-9]+)(?:\/([0-9]+))?$/) || [null, 404];
    return send(response, Number(status), HTML, problemPage(status, seconds));
  }

  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => route(request, response, Buffer.concat(chunks).toString()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...state,
    state,
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
