// 好差评: a case that was served can be rated once, in five levels; a low one says why.

import { element, english } from './elements.js';

const LEVELS = [
  [5, '非常满意', 'Very satisfied'], [4, '满意', 'Satisfied'], [3, '基本满意', 'Fairly satisfied'],
  [2, '不满意', 'Dissatisfied'], [1, '非常不满意', 'Very dissatisfied'],
];
const REASONS = [
  ['speed', '办事效率', 'Speed'], ['guide', '办事指南准确度', 'The guide'], ['ease', '办事便捷度', 'Ease'],
  ['platform', '平台操作', 'This site'], ['delivery', '结果送达', 'Delivery'], ['attitude', '服务态度', 'Attitude'],
];
const WORDS_MAX = 300;

function choice(type, name, value, zh, en) {
  const input = element('input', '');
  Object.assign(input, { type, name, value });
  return element('label', 'choice', input, ' ' + zh + ' ', english(en));
}

function group(zh, en, ...children) {
  return element('fieldset', '', element('legend', '', zh + ' ', english(en)), ...children);
}

function thanks(rating) {
  if (rating.by_another) return [element('p', '', '该办件已评价。 ', english('This case is rated already.'))];
  const [, zh, en] = LEVELS.find(([level]) => level === rating.level) || [0, String(rating.level), ''];
  const said = element('p', '', '您的评价：', element('b', '', zh), ' ', english(en));
  const due = rating.due ? [element('p', 'hint', '部门将核实整改并回访，最迟 ' + rating.due + '。 ', english('The department will look into it and call you back by that day.'))] : [];
  return [said, ...due];
}

/** What the form says, as the counter takes it. */
function read(form, document) {
  const chosen = new FormData(form);
  return { document, level: Number(chosen.get('level')), reasons: chosen.getAll('reason'), words: String(chosen.get('words') || '') };
}

async function send(body) {
  const response = await fetch('/api/v1/inbox/ratings', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (response.status === 409) return { told: (await response.json()).title };
  if (!response.ok) throw new Error('status ' + response.status);
  return { rating: await response.json() };
}

function complain(note, zh, en) {
  note.replaceChildren(zh + ' ', english(en));
  note.hidden = false;
}

async function submit(event, box, note, document) {
  event.preventDefault();
  const form = event.target;
  const body = read(form, document);
  if (!body.level) return complain(note, '请选择一项评价。', 'Choose one of the five.');
  if (body.level <= 2 && body.reasons.length === 0 && !body.words) {
    return complain(note, '请至少选一项原因或写明情况，以便部门整改。', 'Name a reason or say what went wrong, so that it can be put right.');
  }
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const { rating, told } = await send(body);
    if (rating) box.replaceChildren(...thanks(rating));
    else complain(note, told, 'It cannot be rated.');
  } catch (_) {
    complain(note, '现在不能提交，请稍后再试。', 'It cannot be sent now; please try again later.');
  }
  button.disabled = false;
}

function ratingForm(box, document) {
  const words = element('textarea', '');
  Object.assign(words, { name: 'words', maxLength: WORDS_MAX, rows: 3 });
  const note = element('p', 'error');
  note.setAttribute('role', 'alert');
  note.hidden = true;
  const form = element('form', 'rating',
    group('这件事办得怎么样？', 'How was it?', ...LEVELS.map(([level, zh, en]) => choice('radio', 'level', level, zh, en))),
    group('原因（可多选）', 'Reasons', ...REASONS.map(([code, zh, en]) => choice('checkbox', 'reason', code, zh, en))),
    element('label', '', '还想说的 ', english('Anything else'), words),
    note, element('button', '', '提交评价 ', english('Send')));
  form.noValidate = true;
  form.addEventListener('submit', (event) => submit(event, box, note, document));
  return form;
}

/** Nothing before the document was served; the form once; then what was said. */
export function ratingPart(row) {
  if (row.rating === undefined) return [];
  const box = element('div', '');
  box.append(...(row.rating ? thanks(row.rating) : [ratingForm(box, row.id)]));
  const fold = element('details', 'fold', element('summary', '', '评价本次服务（好差评） ', english('Rate this service')), box);
  fold.open = Boolean(row.rating);
  return [fold];
}
