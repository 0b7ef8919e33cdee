// Small pieces that the applicant's pages are made of.

export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function english(text) {
  const made = element('span', '', text);
  made.lang = 'en';
  return made;
}
