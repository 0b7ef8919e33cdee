// Shows what a push message says (docs/formats/web-push.md). It keeps nothing and answers no request: only the inbox page
// registers it.

const WORDS = {
  document: ['有新的文书可以查收 · A document is ready', '请打开领取页面查看。Open your page to see it.'],
  status: ['您的文书状态有变化 · The status of a document has changed', '请打开核验页面查看。Open its page to see how it stands.'],
};

/** A message that cannot be read is shown as well: a browser takes the permission away from a site that stays silent. */
function read(data) {
  try {
    return data.json();
  } catch (_) {
    return {};
  }
}

/** Only pages of this site are opened, whatever the message says. */
function ownPage(address) {
  try {
    const url = new URL(address, self.location.origin);
    return url.origin === self.location.origin ? url.href : '';
  } catch (_) {
    return '';
  }
}

async function tell(message) {
  const [title, body] = WORDS[message.what] || WORDS.document;
  await self.registration.showNotification(title, {
    body, tag: String(message.tag || 'songda'), icon: '/icon.svg', lang: 'zh-CN', data: { open: ownPage(message.open || '') },
  });
}

async function openPage(address) {
  if (address) await self.clients.openWindow(address);
}

self.addEventListener('push', (event) => event.waitUntil(tell(event.data ? read(event.data) : {})));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data.open));
});
