import DOMPurify from 'dompurify';
import { marked } from 'marked';

const tags = [
  'a', 'abbr', 'b', 'blockquote', 'br', 'caption', 'code', 'dd', 'del', 'details', 'div', 'dl', 'dt', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'ol', 'p', 'pre',
  's', 'span', 'strong', 'sub', 'summary', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr', 'u', 'ul',
];
const attributes = ['href', 'title', 'align', 'colspan', 'rowspan', 'open', 'start', 'alt'];

/**
 * Markdown of strangers as HTML that may stand in the page: only tags and attributes that we name, no styles, classes and ids;
 * images become their words, so that nothing is fetched from other hosts; links lead out in a tab of their own.
 */
export function safeHtml(markdown: string): string {
  const purifier = DOMPurify(window);
  purifier.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName === 'IMG') imageAsWords(node);
    if (node.tagName === 'A') safeLink(node);
  });
  try {
    return purifier.sanitize(marked.parse(withoutFrontMatter(markdown), { async: false, gfm: true }), {
      ALLOWED_TAGS: tags, ALLOWED_ATTR: attributes, ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    });
  } finally {
    purifier.removeAllHooks();
  }
}

/** The YAML that hubs put in front is for them. */
export function withoutFrontMatter(markdown: string): string {
  return markdown.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---\s*(?:\r?\n|$)/, '');
}

function imageAsWords(image: Element): void {
  const words = image.ownerDocument.createElement('em');
  words.textContent = image.getAttribute('alt')?.trim() ?? '';
  image.replaceWith(words);
}

/** A link to elsewhere opens there; one inside of the repository leads nowhere here, so its words stay. */
function safeLink(link: Element): void {
  if (!link.hasAttribute('href')) return;
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer nofollow');
}
