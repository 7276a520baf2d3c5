import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const hostAndPort = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/, 'must be host:port of the controller\'s enrolment listener, such as 10.0.0.5:30201');

/** Durations in seconds in the file, because people write it; the defaults are the design's. */
const seconds = (value: number) => z.coerce.number().positive().max(86_400).default(value);

export const gatewayConfigSchema = z
  .strictObject({
    /** Identity, saved route table and unsent call records. */
    dataDir: z.string().min(1),
    listen: z
      .strictObject({ host: z.string().min(1).default('0.0.0.0'), port: port.default(8080) })
      .prefault({}),
    control: z.strictObject({ address: hostAndPort }),
    /** Needed only until this gateway has joined. */
    joinToken: z.string().min(1).optional(),
    joinTokenFile: z.string().min(1).optional(),
    log: z
      .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info') })
      .prefault({}),
    limits: z
      .strictObject({
        bodyBytes: z.coerce.number().int().min(1024).max(1_073_741_824).default(10_485_760),
        /** Multipart uploads (audio) are passed on as a stream, so they may be larger. */
        uploadBytes: z.coerce.number().int().min(1024).max(10_737_418_240).default(104_857_600),
        /** Calls in progress at once, over all keys. */
        calls: z.coerce.number().int().min(1).default(4096),
        callsPerKey: z.coerce.number().int().min(1).default(1024),
        connections: z.coerce.number().int().min(1).default(10_000),
      })
      .prefault({}),
    timeouts: z
      .strictObject({
        connectSeconds: seconds(3),
        firstByteSeconds: seconds(300),
        idleSeconds: seconds(120),
        totalSeconds: seconds(1800),
        drainSeconds: seconds(10),
        /** Streams that wait for an instance say so this often: well below what proxies and clients call silence. */
        commentSeconds: seconds(5),
      })
      .prefault({}),
    /** Origins whose pages may call the gateway from a browser; empty: none. "*" allows every page. */
    cors: z.strictObject({ origins: z.array(z.string().min(1)).default([]) }).prefault({}),
    tls: z.strictObject({ certificateFile: z.string().min(1), keyFile: z.string().min(1) }).optional(),
  });

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
