import { always, type Patient, type Remedy, type Signature } from './signature.js';

/** The model and how it is to be run do not go together. */
export const modelSignatures: readonly Signature[] = [
  {
    code: 'dtype-unsupported',
    pattern: /Bfloat16 is only supported on GPUs with compute capability of at least ([\d.]+)\. Your (.+?) GPU has compute capability ([\d.]+)/,
    title: 'The card cannot compute with bfloat16',
    advice: ([, needs, card, has]) => `${card ?? 'The card'} has compute capability ${has ?? '?'}, bfloat16 needs ${needs ?? '8.0'}. Half precision works there.`,
    remedy: () => ({ label: 'Compute in half precision', set: { flag: '--dtype', value: 'half' } }),
  },
  {
    code: 'dtype-unsupported', pattern: /bfloat16.*not supported|does not support bfloat16|BFloat16.*not implemented for/i, title: 'The data type is not supported there',
    advice: always('The processor or card cannot compute with bfloat16. Half precision, or on CPUs 32 bit, works.'),
    remedy: (_, { engine }) => ({ label: engine === 'vllm-cpu' ? 'Compute with 32 bit' : 'Compute in half precision', set: { flag: '--dtype', value: engine === 'vllm-cpu' ? 'float32' : 'half' } }),
  },
  {
    code: 'fp8-unsupported', pattern: /fp8.*(?:requires|only supported|not supported).*(?:compute capability|capability|SM)|FP8 quantized models is only supported/i, title: 'The card cannot compute with FP8',
    advice: always('FP8 needs a card with compute capability 8.9 or newer. Use the BF16 or a 4-bit variant of the model.'),
  },
  {
    code: 'heads-not-divisible', pattern: /Total number of attention heads \((\d+)\) must be divisible by tensor parallel size \((\d+)\)/, title: 'The heads cannot be divided by the cards',
    advice: ([, heads, size]) => `${heads ?? '?'} attention heads do not divide by ${size ?? '?'} cards. Possible are ${divisors(Number(heads)).join(', ')} cards.`,
  },
  {
    code: 'shape-not-divisible', pattern: /(?:AssertionError: )?(\d+) is not divisible by (\d+)|Weight (?:input|output)_size_per_partition ?= ?\d+ is not divisible by/, title: 'The model cannot be divided by so many cards',
    advice: always('A layer of the model, or a block of its quantisation, does not divide by the number of cards. Take half as many cards, or spread over nodes instead.'),
  },
  { code: 'pipeline-unsupported', pattern: /Pipeline parallelism is not supported for this model/, title: 'The model cannot be spread over nodes', advice: always('Its layers cannot run on different nodes. Run it on the cards of one node.') },
  {
    code: 'context-too-long', pattern: /User-specified max_model_len \((\d+)\) is greater than the derived max_model_len \(\w+=([\d.]+)/, title: 'The context is longer than the model was made for',
    advice: ([, wanted, most]) => `Asked are ${wanted ?? '?'} tokens, the model has ${Math.floor(Number(most))}.`,
    remedy: ([, , most]) => ({ label: `Context of ${Math.floor(Number(most))} tokens`, contextLength: Math.floor(Number(most)) }),
  },
  {
    code: 'architecture-unsupported', pattern: /Model architectures? \[?'?([\w']+)'?\]?.*(?:not supported|failed to be inspected|was supported in)|unknown model architecture: '([^']+)'|Unsupported architecture/i, title: 'The engine does not know this kind of model',
    advice: (match) => `${match[1] ?? match[2] ?? 'Its architecture'} is not in this version of the engine. Use another engine, or a newer image of this one.`,
  },
  {
    code: 'remote-code', pattern: /requires you to execute the configuration file|trust_remote_code=True|contains custom code which must be executed/i, title: 'The model wants to run code of its own',
    advice: always('It brings program code that the engine would have to execute. That needs an administrator’s approval for this model (model page) and a node policy that permits it.'),
  },
  { code: 'config-missing', pattern: /Failed to load the model config|config\.json.*(?:not found|does not exist|No such file)|Can't load the configuration of/i, title: 'The configuration of the model cannot be read', advice: always('config.json is missing or is of a kind this engine does not know. Verify the model, or download it again.') },
  { code: 'weights-missing', pattern: /Cannot find any model weights with|no (?:safetensors|model weights) files? found|Invalid repository ID or local directory/i, title: 'The weights of the model are not there', advice: always('Files are missing or broken. Verify the model on its page: damaged files are fetched again.') },
  { code: 'weights-damaged', pattern: /HeaderTooLarge|InvalidHeaderDeserialization|MetadataIncompleteBuffer|SafetensorError|invalid magic characters|tensor '[^']*' data is not within the file bounds/i, title: 'A file of the model is damaged', advice: always('Verify the model on its page: damaged files are fetched again.') },
  { code: 'tokenizer-missing', pattern: /Can't load tokenizer|tokenizer.*(?:not found|does not exist)|Couldn't instantiate the backend tokenizer/i, title: 'The tokenizer of the model is missing', advice: always('Download the model again with all its files, or add the tokenizer files to the import.') },
  {
    code: 'tool-parser-unknown', pattern: /invalid tool call parser: (\S+) \(chose from \{([^}]*)\}/, title: 'There is no such tool parser',
    advice: ([, name, known]) => `"${name ?? ''}" is none of: ${(known ?? '').trim()}.`, remedy: () => ({ label: 'Without a tool parser', unset: '--tool-call-parser' }),
  },
  {
    code: 'reasoning-parser-unknown', pattern: /invalid reasoning parser: (\S+)/, title: 'There is no such reasoning parser',
    advice: ([, name]) => `"${name ?? ''}" is not known by this version of the engine.`, remedy: () => ({ label: 'Without a reasoning parser', unset: '--reasoning-parser' }),
  },
  {
    code: 'quantisation-unknown', pattern: /Unknown quantization method: ?(\S+)|quantization method .* is not supported|Quantization method specified in the model config .* does not match/i, title: 'The quantisation is not supported',
    advice: always('This engine or card cannot read the way the weights are packed. Use another variant of the model, or another engine.'), remedy: (_, patient) => withoutQuantisation(patient),
  },
  { code: 'chat-template-missing', pattern: /default chat template is no longer allowed|no chat template|chat template.*not (?:found|defined)/i, title: 'The model has no chat template', advice: always('It is a base model, or its template file is missing. Use its instruct variant for chats.') },
];

/** llama.cpp says so after every reason it had, memory that was not enough among them: only where none was said is it the file. */
export const notLoaded: Signature = {
  code: 'weights-missing', pattern: /failed to load model,? '([^']*)'|unable to load model/i, title: 'The weights of the model could not be loaded',
  advice: always('llama.cpp names no other reason: files are missing or broken. Verify the model on its page: damaged files are fetched again.'),
};

function divisors(count: number): number[] {
  return Array.from({ length: Math.min(count, 64) }, (_, index) => index + 1).filter((size) => count % size === 0);
}

function withoutQuantisation({ parameters }: Patient): Remedy | undefined {
  return parameters.includes('--quantization') ? { label: 'As the model says itself', unset: '--quantization' } : undefined;
}
