import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * One JSON line per decision, to standard output. Give ids as fields; never secrets, prompts or answers.
 * The paths below are a second net under that rule.
 */
export function createLogger(name: string, level = 'info'): Logger {
  return pino({
    name,
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['password', 'secret', 'token', 'authorization', '*.password', '*.secret', '*.token', '*.authorization', 'joinToken', '*.joinToken'], censor: '[REDACTED]' },
  });
}
