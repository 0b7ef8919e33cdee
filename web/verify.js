// The verification page. Checks the code of the address on this device (seal.js), shows it beside the server's
// answer, warns when the two contradict each other, looks up keys and uploads files. Everything is put into the
// page as text, never as markup. Syntax of 2018: old phones open this page.
import { checkSeal, parseKey, payloadOfFragment, readKeyList } from './seal.js';

const ANSWER_WAIT_MS = 10000;
const DAY_MS = 86400000;
const AXES = [['integrity', '完整', 'Integrity'], ['authority', '签发者', 'Authority'], ['status', '现状', 'Status']];

const byId = (id) => document.getElementById(id);

// Words

const SEAL_WORDS = {
  seal_wrong: ['no', '二维码的签名不对，不要相信', 'The signature in the code is wrong: do not trust it',
    '内容被改动过，或不属于这个网址。', 'It was altered, or does not belong to this address.'],
  signature_form_wrong: ['no', '二维码签名的写法与签发时不同，不要相信', 'The signature is not written as it is issued: do not trust it',
    '签发的二维码只有一种写法，这不是签发的那一个。', 'A code is issued in one form only, and this is not it.'],
  key_not_listed: ['unknown', '不认识的签名者，无法判断', 'Unknown signer: cannot tell',
    '签名密钥不在公布的清单中。清单较旧时请联网再试；否则不要相信。',
    'The key is not on the published list. If the list is old, try again online; otherwise do not trust it.'],
  key_compromised: ['unknown', '签名密钥已失密，本机无法判断', 'The key is no longer secret: this device cannot tell',
    '别人可能也有这把密钥，二维码本身不再能证明什么。请以服务器的答复为准。',
    'Others may have the key, so the code by itself proves nothing. Go by the server’s answer.'],
  payload_unreadable: ['unknown', '二维码内容读不出来', 'The code cannot be read',
    '可能没有扫完整，或被改动过。请重新扫描。', 'It may be incomplete or altered. Scan again.'],
  no_trust_list: ['unknown', '没有公钥清单，无法在本机核验', 'No key list: cannot check on this device',
    '请联网打开一次本页。', 'Open this page online once.'],
  no_tools: ['unknown', '这个浏览器不能在本机核验', 'This browser cannot check on the device',
    '请看服务器的答复，或换一个浏览器。', 'See the server’s answer, or use another browser.'],
};

function verdictOf(answer) {
  if (AXES.every(([axis]) => answer[axis].answer === 'yes')) return ['yes', '真实有效', 'Genuine and in force'];
  if (answer.integrity.answer === 'no') return ['no', '不是签发的原件', 'Not what was issued'];
  if (answer.authority.answer === 'no') return ['no', '签发者不可信', 'The signer is not trusted'];
  if (answer.status.answer === 'no') return ['no', answer.status.text, answer.status.text_en];
  return ['unknown', '无法完全确认', 'Not fully known'];
}

// Building blocks: the markup of web/README.md

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function english(text) {
  const made = element('span', '', text);
  made.lang = 'en';
  return made;
}

function fact(zh, en, value, name) {
  const text = element('dd', '', value);
  text.dataset.fact = name;
  return element('div', '', element('dt', '', zh + ' ', english(en)), text);
}

function axisItem(answer, zh, en, textZh, textEn) {
  return element('li', answer, element('b', '', zh + ' ', english(en)), ' ' + textZh + ' ', english(textEn));
}

function answerBlock({ verdict, note, sample, facts, axes }) {
  const [style, zh, en] = verdict;
  const block = element('section', 'answer ' + style);
  if (note) block.append(element('p', 'where', note[0] + ' ', english(note[1])));
  block.append(element('h2', '', zh + ' ', english(en)));
  if (sample) {
    block.append(element('p', 'sample', '样本，不具法律效力 ', english('Sample, without legal effect')));
  }
  const shown = facts.filter(([, , value]) => value);
  if (shown.length > 0) block.append(element('dl', '', ...shown.map((row) => fact(...row))));
  block.append(element('ul', 'axes', ...axes.map((row) => axisItem(...row))));
  return block;
}

const place = (id, ...blocks) => {
  const box = byId(id);
  while (box.firstChild) box.removeChild(box.firstChild);
  box.append(...blocks);
};

function warn(zh, en) {
  place('warning', element('b', '', zh), ' ', english(en));
  byId('warning').hidden = false;
}

/** The register's answer is about the register's document; once doubted it is no longer green. */
function doubtAnswer() {
  const block = byId('answer');
  if (!block || !block.classList.contains('yes')) return;
  block.className = 'answer unknown';
  const heading = block.querySelector('h2');
  heading.textContent = '登记的文书有效，手里的这份可疑 ';
  heading.append(english('The registered document is in force; the one in your hands is doubtful'));
}

// Times: Beijing, whatever the device thinks

function beijing(ms) {
  return new Date(ms + 8 * 3600000).toISOString();
}

function dayText(ms) {
  const [year, month, day] = beijing(ms).slice(0, 10).split('-').map(Number);
  return year + '年' + month + '月' + day + '日';
}

const timeText = (ms) => dayText(ms) + ' ' + beijing(ms).slice(11, 16);
const plainDay = (text) => (/^\d/.test(text || '') ? dayText(Date.parse(text + 'T00:00:00+08:00')) : text || ''); // or 长期

// The network

async function fetchWithin(address, options) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ANSWER_WAIT_MS);
  try {
    return await fetch(address, { signal: controller.signal, ...options });
  } finally {
    clearTimeout(timer);
  }
}

async function loadKeyList() {
  try {
    return readKeyList(await (await fetchWithin('/.well-known/songda-keys.json')).json());
  } catch (_) {
    return null;
  }
}

// On this device

function listAge(list, now) {
  const issued = Date.parse(list.issued_at);
  const days = Math.max(0, Math.round((Date.parse(beijing(now).slice(0, 10)) - Date.parse(beijing(issued).slice(0, 10))) / DAY_MS));
  const late = now > Date.parse(list.next_update);
  return {
    late,
    text: timeText(issued) + (days === 0 ? '（今天）' : '（' + days + ' 天前）') + (late ? '，已过期，请联网更新' : ''),
  };
}

function deviceAxes(result, late, now) {
  const inside = result.verdict === 'good';
  const ended = result.claims.valid_until && result.claims.valid_until * 1000 < now;
  return [
    ['yes', '完整', 'Integrity', '二维码的签名正确，内容没有改动。', 'The signature is right: nothing was altered.'],
    inside
      ? [late ? 'unknown' : 'yes', '签发者', 'Authority', late ? '签名者在清单中，但清单已过期。' : '签名者在公布的清单中。',
        late ? 'The signer is on the list, but the list is out of date.' : 'The signer is on the published list.']
      : ['no', '签发者', 'Authority', '签发时间不在密钥的有效期内。', 'It was issued outside the key’s validity.'],
    ended
      ? ['no', '现状', 'Status', '已经过了有效期。', 'It is past its end of validity.']
      : ['unknown', '现状', 'Status', '不知道现在是否仍然有效：是否被撤销，只有联网才能知道。',
        'Whether it still holds is not known: only the server can tell if it was revoked.'],
  ];
}

function deviceVerdict(axes) {
  if (axes[1][0] === 'no') return ['no', '签发者不可信', 'The signer is not trusted'];
  if (axes[2][0] === 'no') return ['no', '签名正确，但已过有效期', 'Rightly signed, but expired'];
  if (axes[1][0] === 'unknown') return ['unknown', '签名正确，公钥清单已过期', 'Rightly signed; the key list is out of date'];
  return ['partly', '二维码签名正确', 'The code is rightly signed'];
}

const HERE = ['本机核验', 'Checked on this device'];

/** `agreed`: the server said the same facts, so they are not repeated. */
function showSeal(result, list, agreed) {
  const now = Date.now();
  if (!result.claims) {
    const [style, zh, en, textZh, textEn] = SEAL_WORDS[result.verdict];
    const axis = [style, '完整', 'Integrity', textZh, textEn];
    const facts = list ? [['公钥清单', 'Key list of', listAge(list, now).text, 'key_list']] : [];
    place('device', answerBlock({ verdict: [style, zh, en], note: HERE, facts, axes: [axis] }));
    return;
  }
  const { claims, department, sample } = result;
  const age = listAge(list, now);
  const axes = deviceAxes(result, age.late, now);
  const ageFact = ['公钥清单', 'Key list of', age.text, 'key_list'];
  if (agreed) {
    const [style, zh, en] = deviceVerdict(axes);
    const verdict = [style, zh + '，与上面一致', en + ' and says the same'];
    axes[2] = ['unknown', '现状', 'Status', '以上面服务器的答复为准。', 'The server’s answer above tells.'];
    place('device', answerBlock({ verdict, note: HERE, facts: [ageFact], axes }));
    return;
  }
  const title = (list.types && list.types[claims.type]) || claims.type;
  const facts = [
    ['文书', 'Document', title, 'title'],
    ['编号', 'Number', claims.number, 'number'],
    ['签发部门', 'Issued by', department && department.name, 'issuer'],
    ['持有人', 'Holder', claims.holder, 'holder'],
    ['有效期至', 'Valid until', claims.valid_until ? dayText(claims.valid_until * 1000) : '', 'valid_until'],
    ['签发时间', 'Issued at', timeText(claims.issued_at * 1000), 'issued_at'],
    ageFact,
  ];
  place('device', answerBlock({ verdict: deviceVerdict(axes), note: HERE, sample, facts, axes }));
}

// What the server said: in the page already, or asked for

function factsOnPage() {
  const facts = {};
  document.querySelectorAll('#answer [data-fact]').forEach((node) => {
    facts[node.dataset.fact] = node.textContent.trim();
  });
  return facts.number ? facts : null;
}

const factsOfAnswer = ({ document: face }) => face && {
  number: face.number, holder: face.holder, issued_at: face.issued_at && timeText(Date.parse(face.issued_at)),
};

/** What a level means (docs/formats/answer.md), as verifier/report.cpp says it. */
const LEVELS = {
  'B-B': '签名',
  'B-T': '签名、时间戳',
  'B-LT': '签名、时间戳、证书状态证明',
  'B-LTA': '签名、时间戳、证书状态证明及其上的时间戳',
};

/** As api/answers.cpp: the seal, and how it stands; whose it is, is not asked where no root of SM2 is trusted. */
function sealText(seal) {
  const said = seal.integrity.answer === 'yes' ? seal.authority : seal.integrity;
  const standing = said.reason === 'no_trust_list' ? '签章人未核对 signer not checked' : said.text + ' ' + said.text_en;
  return (seal.name || '') + ' · ' + standing;
}

function showAnswer(answer, note) {
  const face = answer.document || {};
  const facts = [
    ['文书', 'Document', face.title, 'title'],
    ['编号', 'Number', face.number, 'number'],
    ['签发部门', 'Issued by', face.issuer && face.issuer.name, 'issuer'],
    ['持有人', 'Holder', face.holder, 'holder'],
    ['落款日期', 'Dated', plainDay(face.decided_on), 'decided_on'],
    ['有效期至', 'Valid until', plainDay(face.valid_until), 'valid_until'],
    ['电子证照标识', 'Licence identifier', face.identifier, 'identifier'],
    ...(face.relations || []).map((other) => ['关联文书', 'Related document', other.text + ' ' + other.text_en, 'relation']),
    ['状态说明', 'Status note', answer.status.note, 'status_note'],
    ['签发时间', 'Issued at', face.issued_at ? timeText(Date.parse(face.issued_at)) : '', 'issued_at'],
    ['签名等级', 'Signature level', answer.level ? answer.level + ' ' + LEVELS[answer.level] : '', 'level'],
    ...(answer.timestamps || []).map((stamp) => ['归档时间戳', 'Archive time-stamp',
      timeText(Date.parse(stamp.time)) + ' · ' + stamp.authority + (stamp.answer === 'yes' ? '' : '（不在信任之列 not trusted here）'), 'timestamp']),
    ['电子印章（国密）', 'Electronic seal (SM2)', answer.electronic_seal ? sealText(answer.electronic_seal) : '', 'electronic_seal'],
    ['现状始于', 'Status since', answer.status.since ? dayText(Date.parse(answer.status.since)) : '', 'status_since'],
    ['核验时间', 'Checked at', timeText(Date.parse(answer.status.as_of)), 'checked_at'],
  ];
  const axes = AXES.map(([axis, zh, en]) => [answer[axis].answer, zh, en, answer[axis].text, answer[axis].text_en]);
  const block = answerBlock({ verdict: verdictOf(answer), note, sample: face.sample, facts, axes });
  block.id = 'answer';
  place('server', block);
  return block;
}

function showTrouble(zh, en, textZh, textEn) {
  const block = element('section', 'answer unknown', element('h2', '', zh + ' ', english(en)),
    element('p', '', textZh + ' ', english(textEn)));
  block.id = 'answer';
  place('server', block);
}

/** {facts}: null when the server knows no such document, undefined when it could not be asked. */
async function askServer(key, pageHasAnswer) {
  try {
    const response = await fetchWithin('/api/v1/verify/' + key);
    if (response.status === 404) {
      if (!pageHasAnswer) {
        showTrouble('没有找到这份文书', 'No such document here', '请核对核验码，或重新扫描。', 'Check the key, or scan again.');
      }
      return null;
    }
    if (response.status === 429) {
      if (!pageHasAnswer) {
        showTrouble('请稍等片刻', 'A short wait, please', '短时间内的查询太多了，请过一会儿刷新本页。',
          'There were too many look-ups in a short time; reload this page in a little while.');
      }
      return undefined;
    }
    if (!response.ok) throw new Error('status ' + response.status);
    const answer = await response.json();
    if (!pageHasAnswer) showAnswer(answer);
    return factsOfAnswer(answer);
  } catch (_) {
    if (!pageHasAnswer) {
      showTrouble('现在联系不上服务器', 'The server cannot be reached',
        '下面是本机核验的结果。能上网时请再打开一次，才能知道它现在是否仍然有效。',
        'Below is what this device can tell. Open this page again online to learn whether the document still holds.');
    }
    return undefined;
  }
}

/** Warns of a contradiction; true when both say the same. */
function compare(seal, facts, claims) {
  if (facts === undefined) return false;
  if (facts === null) {
    if (seal === 'good') {
      warn('二维码签名正确，但服务器没有登记这份文书。请向签发部门核实。',
        'The code is rightly signed, but the server has no such document. Ask the issuing department.');
    }
    return false;
  }
  if (seal === 'seal_wrong' || seal === 'signature_form_wrong') {
    doubtAnswer();
    warn('二维码与网上登记不一致：手里的文书可能被改动过。', 'The code does not match the register: the document in your hands may have been altered.');
    return false;
  }
  if (!claims) return false;
  const signed = { number: claims.number, holder: claims.holder, issued_at: timeText(claims.issued_at * 1000) };
  const agreed = Object.keys(signed).every((name) => facts[name] === signed[name]);
  if (!agreed) {
    doubtAnswer();
    warn('网页内容与二维码里签了名的内容不一致，请勿相信，向签发部门核实。',
      'The page contradicts what is signed in the code. Trust neither; ask the issuing department.');
  }
  return agreed;
}

// The visit

async function visit() {
  byId('warning').hidden = true;
  const path = location.pathname.split('/');
  const key = path[1] === 'v' ? parseKey(decodeURIComponent(path[2] || '')) : null;
  if (key === null) return;
  const payload = payloadOfFragment(location.hash);
  const pageHasAnswer = byId('answer') !== null;
  const onPage = factsOnPage();
  const asking = onPage ? Promise.resolve(onPage) : askServer(key, pageHasAnswer);
  if (payload === '') {
    await asking;
    return;
  }
  const list = await loadKeyList();
  const able = self.crypto && crypto.subtle;
  const result = able ? await checkSeal(key, payload, list) : { verdict: 'no_tools' };
  if (!onPage) showSeal(result, list, false); // not to wait for the network
  const agreed = compare(result.verdict, await asking, result.claims);
  showSeal(result, list, agreed && result.verdict === 'good');
}

// The two forms

function complain(id, zh, en) {
  place(id, zh + ' ', english(en));
  byId(id).hidden = false;
}

function lookUp(event) {
  event.preventDefault();
  const key = parseKey(byId('key').value);
  byId('key-error').hidden = key !== null;
  if (key === null) {
    complain('key-error', '核验码是 16 位字母和数字，请再看一下。', 'A key has 16 letters and digits; please look again.');
    byId('key').focus();
    return;
  }
  location.assign('/v/' + key);
}

async function checkFile(event) {
  event.preventDefault();
  const file = byId('file').files[0];
  const button = byId('by-file').querySelector('button');
  byId('file-error').hidden = true;
  byId('warning').hidden = true;
  button.disabled = true;
  try {
    const headers = { 'Content-Type': 'application/pdf' };
    const response = await fetch('/api/v1/verify', { method: 'POST', headers, body: file });
    if (response.status === 413) {
      complain('file-error', '文件太大，不会是签发的文书。', 'The file is too large to be an issued document.');
      return;
    }
    if (!response.ok) throw new Error('status ' + response.status);
    place('device');
    const block = showAnswer(await response.json(), ['上传的文件：' + file.name, 'The uploaded file']);
    block.tabIndex = -1;
    block.focus();
    block.scrollIntoView();
  } catch (_) {
    complain('file-error', '现在无法核验文件，请稍后再试。', 'The file cannot be checked now; please try again later.');
  } finally {
    button.disabled = false;
  }
}

byId('by-key').addEventListener('submit', lookUp);
byId('by-file').addEventListener('submit', checkFile);
addEventListener('hashchange', visit);
visit();
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js').catch(() => {});
