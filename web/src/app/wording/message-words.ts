import { reasonWords } from './reason-words';
import { saidSentences, sentencesWithSemicolon } from './said-sentences';
import { timelineSentences } from './timeline-sentences';
import { match, type Sentence, type Words } from './words';

export type Translate = (key: string, values: Readonly<Record<string, string | number>>) => string;

const sentences: readonly Sentence[] = [
  { pattern: /^no instance is wanted$/, key: 'message.noneWanted', parts: [] },
  { pattern: /^(\d+) instance\(s\) still stop$/, key: 'message.stillStop', parts: ['count'] },
  { pattern: /^(\d+) of (\d+) instances starts?$/, key: 'message.gains', parts: ['gains', 'wanted'] },
  { pattern: /^(\d+) instance\(s\) are on a silent node$/, key: 'message.silent', parts: ['count'] },
  { pattern: /^it failed the same way three times, so it is not tried again$/, key: 'message.givenUp', parts: [] },
  { pattern: /^next try in (\d+) s$/, key: 'message.nextTry', parts: ['seconds'] },
  { pattern: /^its model is not ready$/, key: 'message.modelNotReady', parts: [] },
  { pattern: /^no place was found$/, key: 'message.noPlace', parts: [] },
  { pattern: /^no node was found; add one first$/, key: 'message.noNodeAtAll', parts: [] },
  { pattern: /^its node was removed$/, key: 'message.nodeRemoved', parts: [] },
  { pattern: /^the engines of this node were stopped$/, key: 'message.nodeStopped', parts: [] },
  { pattern: /^one instance across several nodes cannot be started by this version/, key: 'message.noGroups', parts: [] },
  // What Docker says of a layer while it pulls an image.
  { pattern: /^(?:Pulling fs layer|Waiting)$/, key: 'message.layerWaits', parts: [] },
  { pattern: /^Downloading$/, key: 'message.layerDownloads', parts: [] },
  { pattern: /^(?:Verifying Checksum|Download complete)$/, key: 'message.layerChecked', parts: [] },
  { pattern: /^Extracting$/, key: 'message.layerUnpacks', parts: [] },
  { pattern: /^(?:Pull complete|Already exists)$/, key: 'message.layerThere', parts: [] },
  ...timelineSentences,
];

/** What control says of a service, an instance or a refusal, sentence by sentence; a sentence that is not known stays as it came. */
export function messageWords(message: string, translate: Translate): string {
  const whole = match(sentencesWithSemicolon, message);
  if (whole) return spoken(whole, translate);
  const scaled = /^(\d+) instance\(s\) instead of (\d+): (.*)$/s.exec(message);
  if (scaled) {
    const [, count = '', before = '', cause = ''] = scaled;
    return translate('wording.message.scaled', { count, before, cause: messageWords(cause, translate) });
  }
  return sentencesOf(message).map((sentence) => sentenceWords(sentence, translate)).join(translate('wording.message.separator', {}));
}

function sentenceWords(sentence: string, translate: Translate): string {
  const known = match(sentences, sentence);
  if (known) return translate(known.key, known.values);
  const failed = /^instance (\d+) failed \(([^)]*)\)(?:: (.*))?$/s.exec(sentence);
  if (failed) {
    const [, number = '', reason = '', cause = ''] = failed;
    return translate(cause ? 'wording.message.failedBecause' : 'wording.message.failed', { number, reason, cause: cause && sentenceWords(cause, translate) });
  }
  const nested = nestedWords(sentence, translate);
  if (nested !== null) return nested;
  const carry = /^no node can carry it: (.*)$/s.exec(sentence);
  if (carry) return translate('wording.message.noNode', { first: sentenceWords(carry[1] ?? '', translate) });
  // Names of nodes have no blanks.
  const [node = '', ...rest] = sentence.split(' ');
  const reason = reasonWords(rest.join(' '));
  if (reason) return translate('wording.message.onNode', { node, reason: translate(reason.key, reason.values) });
  const quoted = match(saidSentences, sentence);
  return quoted ? spoken(quoted, translate) : sentence;
}

/** What varies in a quoted sentence may be a quoted one again, such as a cause or a hint. */
function spoken({ key, values }: Words, translate: Translate): string {
  const inner = Object.entries(values).map(([name, value]) => {
    const known = match(saidSentences, String(value));
    return [name, known ? spoken(known, translate) : value] as const;
  });
  return translate(key, Object.fromEntries(inner));
}

/** Sentences that hold another one. */
function nestedWords(sentence: string, translate: Translate): string | null {
  const card = /^card (\d+) (?:carries another instance|is in quarantine \((.*)\))$/.exec(sentence);
  if (card) return translate(card[2] === undefined ? 'wording.reason.cardTaken' : 'wording.reason.cardQuarantine', { card: card[1] ?? '', cause: card[2] ?? '' });
  const revision = /^(.+) made revision (\d+)(?: \((.*)\))?$/s.exec(sentence);
  if (revision) {
    const [, user = '', number = '', note = ''] = revision;
    return translate(note ? 'wording.message.revisionNote' : 'wording.message.revisionBy', { user, revision: number, note: note && sentenceWords(note, translate) });
  }
  return null;
}

/** Sentences are joined by semicolons, which some of them also have inside. */
function sentencesOf(message: string): readonly string[] {
  return message.split(/; (?!it offers |it has |add one first)/);
}
