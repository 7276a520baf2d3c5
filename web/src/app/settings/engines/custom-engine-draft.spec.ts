import { describe, expect, it } from 'vitest';
import type { CustomEngine } from '../../api';
import { emptyEngine, engineDraftOf, engineProblems, engineRequestOf, type CustomEngineDraft } from './custom-engine-draft';

const engine: CustomEngine = {
  id: 'custom-tgi', name: 'TGI', hardware: 'gpu', formats: ['safetensors'], image: 'registry.example/tgi:3.0', entrypoint: ['text-generation-launcher'], argv: ['--model-id', '{model_path}', '--port', '{port}'], env: { RUST_LOG: 'info', EMPTY: '' },
  healthPath: '/health', metricsPath: null, description: '',
};
const good: CustomEngineDraft = engineDraftOf(engine);

describe('an engine of one’s own', () => {
  it('is the same after it was edited without a change', () => {
    const { id, ...rest } = engine;
    expect(good.id).toBe(id.replace('custom-', ''));
    expect(engineRequestOf(good)).toEqual(rest);
    expect(engineProblems(good, [])).toEqual({});
  });

  it('takes values with equals signs and drops empty lines', () => {
    const request = engineRequestOf({ ...good, env: 'A=b=c\n\n  B= d \n', argv: '--x\n\n {port} ' });
    expect(request.env).toEqual({ A: 'b=c', B: ' d' });
    expect(request.argv).toEqual(['--x', '{port}']);
  });

  it('names the field that is wrong', () => {
    expect(Object.keys(engineProblems(emptyEngine, []))).toEqual(['id', 'name', 'image', 'entrypoint']);
    expect(engineProblems({ ...good, argv: '--port\n{port}' }, []).argv).toEqual({ key: 'argvWrong', values: { missing: '{model_path}' } });
    expect(engineProblems(good, ['custom-tgi']).id?.key).toBe('idTaken');
    expect(engineProblems({ ...good, env: 'lower=1' }, []).env?.key).toBe('envWrong');
    expect(engineProblems({ ...good, healthPath: 'health', metricsPath: 'x y', formats: [] }, [])).toMatchObject({ healthPath: { key: 'pathWrong' }, metricsPath: { key: 'pathWrong' }, formats: { key: 'formatsWrong' } });
  });
});
