import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { entities, migrations } from './schema.js';
import type { Dialect } from './store.js';

export interface StoreOptions {
  readonly dataDir: string;
  /** mysql:// or mariadb://; absent: the SQLite file `<dataDir>/openstation.db`. */
  readonly databaseUrl?: string | undefined;
  /** Told about errors of `afterCommit` effects; they end the process when absent. */
  readonly onEffectError?: (error: unknown) => void;
}

interface Connections {
  readonly dialect: Dialect;
  readonly writer: DataSource;
  readonly reader: DataSource;
}

/** The part of better-sqlite3's connection that is used here. */
interface SqliteConnection {
  pragma(statement: string): unknown;
}

const SHARED = { entities, migrations, migrationsTableName: 'schema_migration', synchronize: false, logging: false } as const;

export async function openConnections(options: StoreOptions): Promise<Connections> {
  return options.databaseUrl === undefined ? openSqlite(join(options.dataDir, 'openstation.db')) : openMysql(options.databaseUrl);
}

/**
 * Two connections: one writes, in turns; the other only reads, and in WAL mode sees the last commit and never
 * half a transaction. FULL keeps acknowledged changes (a revoked key) through a power cut.
 */
async function openSqlite(file: string): Promise<Connections> {
  const shared = { ...SHARED, type: 'better-sqlite3', database: file } as const;
  const writer = new DataSource({
    ...shared,
    prepareDatabase: (database: SqliteConnection) => {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = FULL');
      database.pragma('busy_timeout = 5000');
    },
  });
  await writer.initialize();
  await writer.runMigrations({ transaction: 'each' });
  const reader = new DataSource({ ...shared, readonly: true });
  await reader.initialize();
  return { dialect: 'sqlite', writer, reader };
}

async function openMysql(url: string): Promise<Connections> {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  const base = {
    ...SHARED,
    host: hostname, port: port === '' ? 3306 : Number(port),
    username: decodeURIComponent(username), password: decodeURIComponent(password), database: decodeURIComponent(pathname.slice(1)),
    timezone: 'Z', charset: 'utf8mb4', supportBigNumbers: true, poolSize: 10, connectTimeout: 10_000,
  } as const;
  const type = await serverType({ ...base, type: protocol === 'mariadb:' ? 'mariadb' : 'mysql', entities: [], migrations: [] });
  const source = new DataSource({ ...base, type });
  await source.initialize();
  await source.runMigrations({ transaction: 'each' });
  return { dialect: 'mysql', writer: source, reader: source };
}

/**
 * TypeORM must be told which of the two it talks to, or it sees differences between schema and entities that
 * are none. An empty database gets an exact collation first: names and key ids differ by case.
 */
async function serverType(options: DataSourceOptions & { database: string }): Promise<'mysql' | 'mariadb'> {
  const source = await new DataSource(options).initialize();
  try {
    const [row] = await source.query<{ version: string }[]>('select version() as version');
    const [count] = await source.query<{ tables: string }[]>('select count(*) as tables from information_schema.tables where table_schema = database()');
    if (Number(count?.tables) === 0) {
      await source.query(`alter database \`${options.database.replaceAll('`', '``')}\` character set utf8mb4 collate utf8mb4_bin`);
    }
    return /mariadb/i.test(row?.version ?? '') ? 'mariadb' : 'mysql';
  } finally {
    await source.destroy();
  }
}
