import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, instantColumn, tableColumn, text, uid } from '../store/columns.js';
import type { Role } from './permissions.js';

/** A person. Deleted ones stay as a row without rights, so that their calls keep a name; ids are never used again. */
@Entity('user')
@Index('uq_user_username_key', ['usernameKey'], { unique: true })
export class User {
  @Column(uid({ primary: true })) id: string;
  @Column(text(64)) username: string;
  /** The name folded for comparison; null once deleted, which frees the name. */
  @Column(text(128, { nullable: true })) usernameKey: string | null;
  @Column(text(254, { nullable: true })) email: string | null;
  @Column(text(16)) role: Role;
  @Column(flag()) enabled: boolean;
  @Column(flag()) builtIn: boolean;
  /** PHC string of argon2id; empty once deleted. */
  @Column(text(255)) passwordHash: string;
  @Column(flag()) mustChangePassword: boolean;
  /** After this a password made by us no longer works; null for a password chosen by its owner. */
  @Column(instantColumn({ nullable: true })) passwordExpiresAt: number | null;
  @Column(instantColumn()) createdAt: number;
  @Column(instantColumn({ nullable: true })) lastSignInAt: number | null;
  @Column(instantColumn({ nullable: true })) deletedAt: number | null;
}

/** One signed-in browser. The cookie's token is not kept, only its SHA-256. */
@Entity('sign_in_session')
@Index('uq_session_token_digest', ['tokenDigest'], { unique: true })
@Index('ix_session_user', ['userId'])
export class SignInSession {
  @Column(uid({ primary: true })) id: string;
  @Column(text(64)) tokenDigest: string;
  @Column(uid()) userId: string;
  @Column(text(64)) address: string;
  @Column(text(255)) userAgent: string;
  @Column(instantColumn()) createdAt: number;
  @Column(instantColumn()) lastSeenAt: number;
}

/** One API key: its public id and the HMAC of the whole text. */
@Entity('api_key')
@Index('ix_api_key_user', ['userId'])
export class ApiKey {
  @Column(uid({ primary: true })) id: string;
  @Column(uid()) userId: string;
  @Column(text(64)) label: string;
  @Column(text(4)) lastFour: string;
  /** HMAC-SHA-256(pepper, whole key), hex. */
  @Column(text(64)) digest: string;
  @Column(instantColumn()) createdAt: number;
  @Column(instantColumn({ nullable: true })) lastUsedAt: number | null;
  @Column(instantColumn({ nullable: true })) expiresAt: number | null;
  @Column(instantColumn({ nullable: true })) revokedAt: number | null;
}

/** A key as plain data. */
export type ApiKeyRow = { [K in keyof ApiKey]: ApiKey[K] };

class Users1764000000300 implements MigrationInterface {
  name = 'Users1764000000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'user',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('username', text(64)),
          tableColumn('usernameKey', text(128, { nullable: true })),
          tableColumn('email', text(254, { nullable: true })),
          tableColumn('role', text(16)),
          tableColumn('enabled', flag()),
          tableColumn('builtIn', flag()),
          tableColumn('passwordHash', text(255)),
          tableColumn('mustChangePassword', flag()),
          tableColumn('passwordExpiresAt', instantColumn({ nullable: true })),
          tableColumn('createdAt', instantColumn()),
          tableColumn('lastSignInAt', instantColumn({ nullable: true })),
          tableColumn('deletedAt', instantColumn({ nullable: true })),
        ],
        indices: [new TableIndex({ name: 'uq_user_username_key', columnNames: ['usernameKey'], isUnique: true })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'sign_in_session',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('tokenDigest', text(64)),
          tableColumn('userId', uid()),
          tableColumn('address', text(64)),
          tableColumn('userAgent', text(255)),
          tableColumn('createdAt', instantColumn()),
          tableColumn('lastSeenAt', instantColumn()),
        ],
        indices: [
          new TableIndex({ name: 'uq_session_token_digest', columnNames: ['tokenDigest'], isUnique: true }),
          new TableIndex({ name: 'ix_session_user', columnNames: ['userId'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'api_key',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('userId', uid()),
          tableColumn('label', text(64)),
          tableColumn('lastFour', text(4)),
          tableColumn('digest', text(64)),
          tableColumn('createdAt', instantColumn()),
          tableColumn('lastUsedAt', instantColumn({ nullable: true })),
          tableColumn('expiresAt', instantColumn({ nullable: true })),
          tableColumn('revokedAt', instantColumn({ nullable: true })),
        ],
        indices: [new TableIndex({ name: 'ix_api_key_user', columnNames: ['userId'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['api_key', 'sign_in_session', 'user']) await runner.dropTable(table);
  }
}

export const entities = [User, SignInSession, ApiKey];
export const migrations = [Users1764000000300];
