/** What an engine said a call used. Absent: not said. */
export interface TokenUsage {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

const USAGE_OBJECT = /"usage"\s*:\s*\{/;

/** A quick look at raw text: quotes inside JSON strings are escaped, so this cannot be faked by content. */
export function mentionsUsage(text: string): boolean {
  return USAGE_OBJECT.test(text);
}

/**
 * Usage in a parsed event or answer, in any family's place and words: chat and embeddings (`usage`), Responses
 * (`response.usage`), Messages (`message.usage`, then cumulative `usage` in message_delta).
 */
export function readUsage(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  for (const holder of [value, value['response'], value['message']]) {
    const usage = isObject(holder) ? holder['usage'] : undefined;
    if (isObject(usage)) return tokens(usage);
  }
  return undefined;
}

/** Later words win; what they do not say stays. */
export function mergeUsage(earlier: TokenUsage | undefined, later: TokenUsage): TokenUsage {
  return { ...earlier, ...later };
}

/** The last `"usage": {…}` of a JSON text of which perhaps only the end is known. */
export function usageFromTail(text: string): TokenUsage | undefined {
  const matches = [...text.matchAll(new RegExp(USAGE_OBJECT, 'g'))];
  for (const match of matches.reverse()) {
    const open = match.index + match[0].length - 1;
    const close = closingBrace(text, open);
    if (close < 0) continue;
    const usage = parseObject(text.slice(open, close + 1));
    if (usage) return tokens(usage);
  }
  return undefined;
}

function tokens(usage: Record<string, unknown>): TokenUsage {
  const prompt = count(usage['prompt_tokens']) ?? count(usage['input_tokens']);
  const completion = count(usage['completion_tokens']) ?? count(usage['output_tokens']);
  return { ...(prompt !== undefined && { promptTokens: prompt }), ...(completion !== undefined && { completionTokens: completion }) };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 0xffff_ffff ? value : undefined;
}

/** Usage objects hold numbers and small objects; strings in them have no braces that matter. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth += 1;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // Not JSON after all: then it is no usage either.
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
