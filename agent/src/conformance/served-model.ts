import { askEngine, type EngineDoor } from './ask-engine.js';

/** The name the engine goes by; engines with one model take any when they tell none. */
export async function servedModel(door: EngineDoor, questionMs: number): Promise<string> {
  const { body } = await askEngine(door, '/v1/models', undefined, questionMs);
  try {
    const { data } = JSON.parse(body) as { data?: { id?: unknown }[] };
    const id = data?.[0]?.id;
    return typeof id === 'string' ? id : 'default';
  } catch {
    return 'default';
  }
}
