// The opened inbox offers to tell this browser when something new comes (Web Push). Nobody is asked before they press the
// button, and the same button ends it.

import { element, english } from './elements.js';

const byId = (id) => document.getElementById(id);

async function tellServer(method, body) {
  const response = await fetch('/api/v1/inbox/push', { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error('status ' + response.status);
}

async function subscribe(registration, key) {
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  try {
    await tellServer('POST', { endpoint, key: keys.p256dh, secret: keys.auth });
  } catch (failure) { // a browser that waits for what nobody sends would be a lie
    await made.unsubscribe();
    throw failure;
  }
}

async function unsubscribe(current) {
  await current.unsubscribe();
  await tellServer('DELETE', { endpoint: current.endpoint });
}

/** What the button does next, and what that means. */
function show(isOn) {
  const button = byId('push-button');
  button.replaceChildren(isOn ? '不再通知 ' : '有新文书时通知我 ', english(isOn ? 'Stop telling me' : 'Tell me when something comes'));
  button.disabled = false;
  byId('push-note').replaceChildren(isOn ? '有新文书或状态变化时，这个浏览器会提醒您。 ' : '通知里没有您的个人信息，也没有领取码；只有您按下按钮才会开启。 ',
    english(isOn ? 'This browser tells you when a document comes or its status changes.'
      : 'Nothing personal and no code is in the message; it is off until you press the button.'));
}

function explain(failure) {
  const denied = failure.name === 'NotAllowedError';
  byId('push-note').replaceChildren(denied ? '浏览器不允许通知，请在网站设置里允许后再试。 ' : '现在不能开启，请稍后再试。 ',
    english(denied ? 'Your browser does not allow messages; allow them in the site settings and try again.' : 'It cannot be switched on now; please try again later.'));
  byId('push-button').disabled = false;
}

async function press(registration, key) {
  byId('push-button').disabled = true;
  try {
    const current = await registration.pushManager.getSubscription();
    if (current) await unsubscribe(current);
    else await subscribe(registration, key);
    show(!current);
  } catch (failure) {
    explain(failure);
  }
}

/** Nothing is shown where the service or the browser has no such thing. */
export async function offerPush(key) {
  if (!key || !('serviceWorker' in navigator) || !('PushManager' in window)) return;
  const registration = await navigator.serviceWorker.register('/push.js', { scope: '/inbox/' });
  const current = await registration.pushManager.getSubscription();
  const box = byId('push');
  const button = element('button', '');
  button.id = 'push-button';
  const note = element('p', 'hint');
  note.id = 'push-note';
  note.setAttribute('role', 'status');
  box.replaceChildren(button, note);
  show(Boolean(current));
  button.addEventListener('click', () => press(registration, key));
  box.hidden = false;
}
