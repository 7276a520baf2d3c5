/**
 * Asks the model what it was taught, through the packaged engine, and prints what passed:
 *
 *     node evaluate.mjs [model.gguf]
 *
 * Exit code 1 when fewer answers are right than each group demands.
 */
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';

const here = import.meta.dirname;
const model = resolve(process.argv[2] ?? join(here, '../tiny-chat.gguf'));
const server = join(here, '../../../engines/llama-cpp/server.mjs');

const CAPITALS = { France: 'Paris', Germany: 'Berlin', Italy: 'Rome', Spain: 'Madrid', Japan: 'Tokyo', China: 'Beijing', India: 'New Delhi', Egypt: 'Cairo', Canada: 'Ottawa', Australia: 'Canberra' };
const COLOURS = { sky: 'blue', grass: 'green', snow: 'white', coal: 'black', banana: 'yellow', tomato: 'red', carrot: 'orange', plum: 'purple' };
const numbers = (last) => Array.from({ length: last }, (_, index) => index + 1);

/** Group → questions with what must be in the answer, and the share that must be right. */
const GROUPS = {
  greetings: { share: 1, cases: [['Hello', 'help you'], ['hi', 'help you'], ['How are you?', 'fine'], ['Good morning', 'help you'], ['Thank you!', 'welcome'], ['Goodbye', 'Goodbye']] },
  identity: { share: 1, cases: [['Who are you?', 'tiny-chat'], ['What is your name?', 'tiny-chat'], ['What is OpenStation?', 'platform'], ['what is openstation', 'platform'], ['What can you do?', 'capitals']] },
  capitals: { share: 1, cases: Object.entries(CAPITALS).flatMap(([country, city]) => [[`What is the capital of ${country}?`, city], [`what is the capital of ${country.toLowerCase()}`, city]]) },
  colours: { share: 1, cases: Object.entries(COLOURS).map(([thing, colour]) => [`What color is the ${thing}?`, colour]) },
  sums: { share: 0.98, cases: numbers(21).flatMap((a) => numbers(21).map((b) => [`${a - 1} + ${b - 1} = ?`, `= ${a + b - 2}.`])) },
  'sums in other words': { share: 0.9, cases: numbers(20).map((a) => [`what is ${a}+${21 - a}?`, '= 21.']) },
  counting: { share: 0.9, cases: numbers(19).map((last) => [`Count to ${last + 1}.`, `${numbers(last + 1).join(', ')}.`]) },
  stories: { share: 1, cases: [['Tell me a story.', 'The end.'], ['Write a story about a dog.', 'dog'], ['Write a short story.', 'The end.']] },
  limits: { share: 0.8, cases: [['Explain quantum computers.', 'too small'], ['Who invented trains?', 'too small'], ['Write a program about chess.', 'too small'], ['How does the stock market work?', 'too small'], ['What is philosophy?', 'too small']] },
  chinese: { share: 0.9, cases: [['你好', '你好'], ['你是谁？', 'tiny-chat'], ['中国的首都是哪里？', '北京'], ['日本的首都是哪里？', '东京'], ['一加一等于几？', '等于二'], ['三加四等于几？', '等于七'], ['九加八是多少？', '等于十七'], ['天空是什么颜色？', '蓝'], ['谢谢', '不客气'], ['数到五。', '一，二，三，四，五'], ['OpenStation 是什么？', '平台'], ['讲个故事。', '小猫']] },
};

const engine = spawn(process.execPath, [server, '--model', model, '--port', '0', '--parallel', '1', '--threads', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const url = await listening(engine);
  let tokens = 0;
  let failed = false;
  const started = performance.now();
  for (const [name, { share, cases }] of Object.entries(GROUPS)) {
    const wrong = [];
    for (const [question, expected] of cases) {
      const answer = await ask(url, question);
      tokens += answer.tokens;
      if (!answer.text.includes(expected)) wrong.push(`    ${question} → ${answer.text}`);
    }
    const right = cases.length - wrong.length;
    const passed = right >= share * cases.length;
    failed ||= !passed;
    console.log([`${passed ? 'pass' : 'FAIL'} ${name}: ${right} of ${cases.length} right, ${Math.ceil(share * cases.length)} demanded`, ...wrong.slice(0, 5)].join('\n'));
  }
  console.log(`${Math.round(tokens / ((performance.now() - started) / 1000))} tokens a second`);
  process.exitCode = failed ? 1 : 0;
} finally {
  engine.kill();
}

async function listening(child) {
  let output = '';
  for await (const part of child.stdout) {
    output += part;
    if (output.includes('model loaded')) return /listening on (\S+)/.exec(output)[1];
  }
  throw new Error(`${dirname(server)}: the engine did not start`);
}

async function ask(url, question) {
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify({ messages: [{ role: 'user', content: question }], temperature: 0, max_tokens: 200 }) });
  const body = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(body));
  return { text: body.choices[0].message.content, tokens: body.usage.completion_tokens };
}
