// The verification page: checks the code on this device, uploads a file on request, keeps itself for use offline.
import { checkSeal } from './seal.js';

const $ = (id) => document.getElementById(id);
const day = (seconds) => new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 10);

function bilingual(element, zh, en) {
  element.textContent = zh + ' ';
  const span = document.createElement('span');
  span.lang = 'en';
  span.textContent = en;
  element.append(span);
}

function fact(list, zh, en, value) {
  if (!value) return;
  const row = document.createElement('div');
  const term = document.createElement('dt');
  bilingual(term, zh, en);
  const text = document.createElement('dd');
  text.textContent = value;
  row.append(term, text);
  list.append(row);
}

function axis(list, answer, zh, en, text, textEn) {
  const item = document.createElement('li');
  item.className = answer;
  const name = document.createElement('b');
  bilingual(name, zh, en);
  const english = document.createElement('span');
  english.lang = 'en';
  english.textContent = textEn;
  item.append(name, ' ' + text + ' ', english);
  list.append(item);
}

function open(verdict, zh, en) {
  const box = $('device');
  box.hidden = false;
  box.className = 'answer ' + verdict;
  box.querySelector('.sample').hidden = true;
  bilingual(box.querySelector('h2'), zh, en);
  const facts = box.querySelector('dl');
  const axes = box.querySelector('ul');
  facts.replaceChildren();
  axes.replaceChildren();
  return { box, facts, axes };
}

const refusals = {
  unreadable: ['unknown', '二维码内容无法识读', 'The code cannot be read'],
  unlisted: ['unknown', '签名密钥不在清单中，无法判断', 'The key is not on the list; unknown'],
  wrong: ['no', '二维码中的签名不符，内容不可信', 'The signature is wrong; do not trust this code'],
  nokeys: ['unknown', '没有密钥清单，无法在本机核验', 'No key list here; cannot check on this device'],
};

function showSeal(result, keyList) {
  if (!result.claims) {
    open(...refusals[result.why]);
    return;
  }
  const good = result.authority === 'yes' && result.status !== 'no';
  const { box, facts, axes } = open(good ? 'yes' : 'no', '本机核验', 'Checked on this device, without the network');
  const { claims, listed } = result;
  box.querySelector('.sample').hidden = !listed.sample;
  fact(facts, '文书', 'Document', result.title);
  fact(facts, '编号', 'Number', claims.number);
  fact(facts, '签发部门', 'Issued by', listed.department.name);
  fact(facts, '持有人', 'Holder', claims.holder);
  fact(facts, '签发日期', 'Issued on', day(claims.issuedAt));
  fact(facts, '有效期至', 'Valid until', claims.validUntil && day(claims.validUntil));
  fact(facts, '密钥清单日期', 'Key list of', keyList.issued_at.slice(0, 10));
  axis(axes, 'yes', '完整', 'Integrity', '二维码中的签名正确', 'The signature inside the code is right.');
  axis(axes, result.authority, '签发者', 'Authority', result.authority === 'yes' ? '密钥列于公布的清单' : '签发时间不在密钥有效期内',
    result.authority === 'yes' ? 'The key is on the published list.' : 'Issued outside the key’s validity.');
  axis(axes, result.status, '现状', 'Status', result.status === 'no' ? '已过有效期' : '本机不知道现在是否仍然有效',
    result.status === 'no' ? 'Past its validity.' : 'Whether it still holds is not known on this device.');
  const stated = document.querySelector('#answer');
  if (stated && !stated.textContent.includes(claims.number) && stated.classList.contains('yes')) {
    open('no', '网页内容与二维码不一致，请勿相信', 'The page contradicts the code; trust neither');
  }
}

async function checkOnDevice() {
  const key = location.pathname.match(/^\/v\/([0-9A-Za-z]{16})$/)?.[1].toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  const payload = decodeURIComponent(location.hash.slice(1));
  if (!key || !payload) return;
  try {
    const keyList = await (await fetch('/.well-known/songda-keys.json')).json();
    showSeal(await checkSeal(key, payload, keyList, Date.now() / 1000), keyList);
  } catch {
    open(...refusals.nokeys);
  }
}

$('by-key').addEventListener('submit', (event) => {
  event.preventDefault();
  location.href = '/v/' + encodeURIComponent($('key').value.replace(/[\s-]/g, '').toUpperCase());
});

$('by-file').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const answer = await fetch('/api/v1/verify', { method: 'POST', headers: { 'Content-Type': 'application/pdf' }, body: $('file').files[0] });
    const report = await answer.json();
    if (!report.integrity) throw new Error(report.title);
    const axesOf = [report.integrity, report.authority, report.status];
    const verdict = axesOf.some((a) => a.answer === 'no') ? 'no' : axesOf.every((a) => a.answer === 'yes') ? 'yes' : 'unknown';
    const words = { yes: ['真实有效', 'Genuine and in force'], no: ['未通过核验', 'Did not pass'], unknown: ['无法完全确认', 'Not fully known'] };
    const { box, facts, axes } = open(verdict, ...words[verdict]);
    const face = report.document ?? {};
    box.querySelector('.sample').hidden = !face.sample;
    fact(facts, '文书', 'Document', face.title);
    fact(facts, '编号', 'Number', face.number);
    fact(facts, '签发部门', 'Issued by', face.issuer?.name);
    fact(facts, '持有人', 'Holder', face.holder);
    fact(facts, '有效期至', 'Valid until', face.valid_until);
    const names = [['完整', 'Integrity'], ['签发者', 'Authority'], ['现状', 'Status']];
    axesOf.forEach((a, i) => axis(axes, a.answer, ...names[i], a.text, a.text_en));
    box.scrollIntoView();
  } catch (failure) {
    open('unknown', '现在无法核验文件，请稍后再试', 'The file cannot be checked now; try again later. ' + failure.message);
  }
});

addEventListener('hashchange', checkOnDevice);
checkOnDevice();
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js');
