// The applicant's page: opens the inbox with the 8-digit code, lists the documents and how each one travelled.
// Nothing is kept on the device; the session is the server's cookie.

import { element, english } from './elements.js';
import { ratingPart } from './rating.js';
import { offerPush } from './subscribe.js';

const byId = (id) => document.getElementById(id);

const STATUS = {
  valid: ['yes', '有效', 'In force'], suspended: ['no', '暂扣', 'Suspended'], revoked: ['no', '已撤销', 'Revoked'],
  cancelled: ['no', '已注销', 'Cancelled'], superseded: ['no', '已换发新件', 'Replaced'], expired: ['no', '已过期', 'Expired'],
  not_yet_valid: ['unknown', '尚未生效', 'Not yet in force'], forfeited: ['no', '已吊销', 'Taken away as a penalty'],
  transferred: ['no', '已转出', 'Transferred to another organ'], other: ['no', '不再有效', 'Not in force'],
};
const CHANNELS = {
  portal: ['政务服务网', 'Government portal'], email: ['电子邮件', 'E-mail'], sms: ['短信', 'SMS'], wechat: ['微信', 'WeChat'],
  webhook: ['部门系统', 'Department system'], kiosk: ['自助终端', 'Kiosk'], counter: ['窗口', 'Counter'], post: ['邮寄', 'Post'],
  fax: ['传真', 'Fax'], voice: ['电话', 'Telephone'], web_push: ['浏览器推送', 'Browser push'],
};
const SERVICE = {
  planned: ['待送达', 'To be served'], in_progress: ['送达中', 'Being served'], served: ['已送达', 'Served'],
  unserved: ['未能送达，部门将与您联系', 'Not served; the department will contact you'], by_hand: ['人工送达中', 'Being served in person'],
  closed: ['已终结', 'Closed'], disputed: ['正在核实', 'Being clarified'], revoked: ['无需送达', 'Not to be served'],
};
const STATES = {
  created: ['准备发送', 'Being prepared'], held: ['等待条件', 'Waiting'], queued: ['排队发送', 'In the queue'],
  sending: ['正在发送', 'Being sent'], retry_wait: ['稍后重试', 'Will be tried again'], unknown: ['正在核对结果', 'Being checked'],
  accepted: ['已交给渠道', 'Handed over'], in_transit: ['在途', 'On its way'], attempted: ['投递未成，将再投', 'Attempted; will be tried again'],
  available: ['可以领取', 'Ready to collect'], lost_track: ['正在查找', 'Being traced'], reached: ['已到达', 'Arrived'],
  acknowledged: ['已签收', 'Received'], refused: ['已拒收', 'Refused'], expired: ['逾期未领', 'Not collected in time'],
  returning: ['退回中', 'On its way back'], returned: ['已退回', 'Returned'], failed: ['未能送到', 'Could not be delivered'],
  cancelled: ['已取消', 'Cancelled'], disputed: ['正在核实', 'Being clarified'],
};

/** What a waiting leg waits for, by the beginning of its reason. */
const HELD = [
  ['awaits_turn', '备用，前面的方式未送达时发送', 'Kept for when the others do not serve'],
  ['awaits_B-', '等待可信时间戳', 'Waiting for the trusted time-stamp'],
];

const words = (table, name) => table[String(name).toLowerCase()] || [String(name), ''];

function dayText(text) {
  const [year, month, day] = text.split('-').map(Number);
  return year + '年' + month + '月' + day + '日';
}

function timeText(text) {
  const local = new Date(Date.parse(text) + 8 * 3600000).toISOString();
  return dayText(local.slice(0, 10)) + ' ' + local.slice(11, 16);
}

function fact(zh, en, ...value) {
  return element('div', '', element('dt', '', zh + ' ', english(en)), element('dd', '', ...value));
}

/** What was told of a letter on its way, newest first. */
function trackedList(events) {
  if (!Array.isArray(events) || events.length === 0) return [];
  const items = events.map((event) => {
    const notes = [...(event.place ? [' ' + event.place] : []), ...(event.reason_zh ? ['（' + event.reason_zh + '）'] : []),
      ...(event.taken_back ? [' 已被更正 ', english('taken back')] : []), ...(event.contradicted ? [' 记录互相矛盾 ', english('contradicted')] : [])];
    return element('li', '', timeText(event.at) + ' ' + event.zh + ' ', english(event.en), ...notes);
  });
  return [element('ul', 'tracked', ...items)];
}

function legItem(leg) {
  const [channel, channelEn] = words(CHANNELS, leg.channel);
  const waits = leg.state === 'held' ? HELD.find(([begin]) => String(leg.reason).startsWith(begin)) : null;
  const [state, stateEn] = waits ? waits.slice(1) : leg.reason === 'awaits_handover' ? ['等待交寄', 'Waits to be posted']
    : leg.reason === 'served_already' ? ['已由其他方式送达，不再发送', 'Served another way; not sent']
    : words(STATES, leg.state);
  const when = leg.at ? [element('span', 'when', timeText(leg.at))] : [];
  const until = leg.collect_by ? [' 请于 ' + timeText(leg.collect_by) + ' 前携带证件领取 ', english('bring your identity document')] : [];
  return element('li', '', element('b', '', channel), ' ' + state + ' ', english(channelEn + ': ' + stateEn), ...until, ...when,
    ...trackedList(leg.tracked));
}

/** Signed, and not yet proven as documents of its kind are before they are handed over. */
function waitingNote(row) {
  if (!row.awaits) return [];
  return [element('p', 'waiting', '文书已签发，正在加盖可信时间戳；完成后即可在此下载，并按您选择的方式送达。 ',
    english('It is signed and waits for its trusted time-stamp. Then it can be downloaded here and is sent the way you chose.'))];
}

/** Only a path of the inbox itself is linked, whatever the answer says. */
function downloadLink(row) {
  if (!/^\/api\/v1\/inbox\/files\/[0-9A-Za-z_-]+$/.test(row.download)) return [];
  const link = element('a', 'button', '下载 PDF ', english('Download'));
  link.href = row.download;
  link.setAttribute('aria-label', '下载 Download ' + row.title + ' ' + row.number);
  return [link];
}

/** What the page of a stranger shows who scans the code. */
function verifyLink(row) {
  if (!/^\/v\/[0-9A-Z]+$/.test(row.verify)) return [];
  const link = element('a', 'plain', '核验页 ', english('Check it'));
  link.href = row.verify;
  return [element('p', '', link)];
}

/** The last change of status: when, why and on what basis. */
function changeFacts(changed) {
  if (!changed) return [];
  return [
    fact('变更时间', 'Changed at', timeText(changed.at)),
    fact('原因', 'Reason', changed.reason),
    ...(changed.basis ? [fact('依据', 'Basis', changed.basis)] : []),
    ...(changed.description ? [fact('说明', 'That is', changed.description)] : []),
  ];
}

/** Whether it counts as served, since when and by what: the day from which terms for remedies run. */
function serviceFacts(service) {
  if (!service) return [];
  const [state, stateEn] = words(SERVICE, service.state);
  return [
    fact('送达', 'Service', state + ' ', english(stateEn)),
    ...(service.served_at ? [fact('送达时间', 'Served at', timeText(service.served_at))] : []),
    ...(service.basis_zh ? [fact('送达依据', 'On the basis of', service.basis_zh + ' ', english(service.basis || ''))] : []),
  ];
}

/** Until when a decision may be contested, and whether the day may still move for a holiday. */
function remedyFacts(remedies) {
  if (!remedies) return [];
  const term = ({ until, may_move: moves }) => dayText(until) + (moves ? '（如遇节假日顺延）' : '');
  return [
    fact('可申请行政复议至', 'Review may be asked for until', term(remedies.review)),
    fact('可提起行政诉讼至', 'Action may be brought until', term(remedies.lawsuit)),
  ];
}

function documentItem(row) {
  const [style, status, statusEn] = STATUS[row.status] || ['unknown', String(row.status), ''];
  const facts = element('dl', '',
    fact('编号', 'Number', row.number),
    fact('签发部门', 'Issued by', row.issuer),
    ...(row.decided_on ? [fact('落款日期', 'Dated', dayText(row.decided_on))] : []),
    fact('签发时间', 'Issued at', timeText(row.issued_at)),
    fact('现状', 'Status', element('span', 'badge ' + style, status), ' ', english(statusEn)),
    ...changeFacts(row.changed),
    ...serviceFacts(row.service),
    ...remedyFacts(row.remedies));
  const legs = element('ul', 'legs', ...(row.delivery || []).map(legItem));
  const progress = row.delivery && row.delivery.length > 0 ? [element('h3', '', '送达进度 ', english('Delivery')), legs] : [];
  const sample = row.sample ? [element('p', 'sample', '样本，不具法律效力 ', english('Sample, without legal effect'))] : [];
  return element('li', 'answer ' + style, element('h2', '', row.title), ...sample, facts, ...waitingNote(row), ...downloadLink(row),
    ...verifyLink(row), ...progress, ...ratingPart(row));
}

function complain(zh, en) {
  const box = byId('code-error');
  box.textContent = '';
  box.append(zh + ' ', english(en));
  box.hidden = false;
  byId('code').focus();
}

/** A wrong code, an unknown and a shut link look the same: the server does not say which. */
function explain(response) {
  if (response.status === 403) {
    complain('领取码不对，或链接已失效。输错五次后链接会停用，请核对通知，或联系受理窗口。', 'The code is wrong or the link is no longer good. Five wrong codes shut it: check your notice, or ask the counter.');
  } else if (response.status === 429) {
    complain('试得太快，请过几分钟再来。', 'Too many attempts; please come back in a few minutes.');
  } else {
    complain('现在打不开，请稍后再试。', 'It cannot be opened now; please try again later.');
  }
}

const shown = new Map(); // document → what it was drawn from, and its item

/** Draws what is new or has changed; a rating that is being written stays as it is. */
function draw(documents) {
  const items = documents.map((row) => {
    const text = JSON.stringify(row);
    const before = shown.get(row.number);
    if (before && before.text === text) return before.item;
    const item = documentItem(row);
    const fold = before && before.item.querySelector('details.fold');
    const same = fold && item.querySelector('details.fold');
    if (same && JSON.stringify(JSON.parse(before.text).rating) === JSON.stringify(row.rating)) same.replaceWith(fold);
    shown.set(row.number, { text, item });
    return item;
  });
  const list = byId('documents');
  if (items.length !== list.children.length || items.some((item, at) => list.children[at] !== item)) list.replaceChildren(...items);
}

/** The server tells when something moves. It closes the stream with the session; then the page stays as it is. */
function follow() {
  const events = new EventSource('/api/v1/inbox/events');
  events.addEventListener('inbox', (event) => draw(JSON.parse(event.data).documents));
}

function show(inbox) {
  byId('door').hidden = true;
  byId('list').hidden = false;
  draw(inbox.documents);
  byId('list-title').focus();
  follow();
  offerPush(inbox.push_key).catch(() => {}); // it only tells; the documents are there without it
}

async function open(event) {
  event.preventDefault();
  const code = byId('code').value.replace(/[\s-]/g, '').replace(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10));
  byId('code-error').hidden = true;
  if (!/^[0-9]{8}$/.test(code)) {
    complain('领取码是 8 位数字。', 'The code has 8 digits.');
    return;
  }
  const button = byId('open').querySelector('button');
  button.disabled = true;
  try {
    const token = location.pathname.split('/')[2] || '';
    const response = await fetch('/api/v1/inbox/' + token + ':open', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code }),
    });
    if (response.ok) show(await response.json());
    else explain(response);
  } catch (_) {
    complain('联系不上服务器，请检查网络。', 'The server cannot be reached; check your network.');
  } finally {
    button.disabled = false;
  }
}

byId('open').addEventListener('submit', open);
