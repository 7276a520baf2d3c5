export type SnippetLanguage = 'curl' | 'python' | 'javascript';

export interface SnippetTarget {
  /** Base address with `/v1`, e.g. `https://10.0.0.5:8080/v1`. */
  readonly baseUrl: string;
  readonly model: string;
}

/** Programs that make one chat call with the real address and model; only the key is left to the reader. */
export const snippets: Readonly<Record<SnippetLanguage, (target: SnippetTarget) => string>> = {
  curl: ({ baseUrl, model }) => `curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer $OPENSTATION_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": ${JSON.stringify(model).replaceAll("'", "'\\''")},
    "messages": [{ "role": "user", "content": "Hello" }],
    "stream": true
  }'`,
  python: ({ baseUrl, model }) => `import os
from openai import OpenAI

client = OpenAI(
    base_url=${JSON.stringify(baseUrl)},
    api_key=os.environ["OPENSTATION_API_KEY"],
)
stream = client.chat.completions.create(
    model=${JSON.stringify(model)},
    messages=[{"role": "user", "content": "Hello"}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`,
  javascript: ({ baseUrl, model }) => `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: ${JSON.stringify(baseUrl)},
  apiKey: process.env.OPENSTATION_API_KEY,
});
const stream = await client.chat.completions.create({
  model: ${JSON.stringify(model)},
  messages: [{ role: 'user', content: 'Hello' }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? '');
}`,
};
