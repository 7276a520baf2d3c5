import { Column, Entity, Index, Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { bigNumber, flag, instantColumn, realNumber, smallNumber, tableColumn, text, uid } from '../store/columns.js';

export type Outcome = 'ok' | 'client_abort' | 'upstream_error' | 'truncated' | 'timeout' | 'rejected';

/** One finished call of the API, as a gateway reported it. Numbers that nobody knows are null. */
@Entity('call_record')
@Index('ix_call_time', ['startedAt', 'id'])
@Index('ix_call_user_time', ['userId', 'startedAt', 'id'])
@Index('ix_call_service_time', ['serviceId', 'startedAt', 'id'])
@Index('ix_call_outcome_time', ['outcome', 'startedAt', 'id'])
export class Call {
  @Column(uid({ primary: true })) id: string;
  @Column(instantColumn()) startedAt: number;
  @Column(uid({ nullable: true })) userId: string | null;
  @Column(uid({ nullable: true })) keyId: string | null;
  @Column(text(128)) model: string;
  @Column(uid({ nullable: true })) serviceId: string | null;
  @Column(uid({ nullable: true })) instanceId: string | null;
  @Column(text(128)) path: string;
  @Column(flag()) stream: boolean;
  @Column(smallNumber()) status: number;
  @Column(text(20)) outcome: Outcome;
  @Column(realNumber()) durationMs: number;
  @Column(realNumber({ nullable: true })) ttftMs: number | null;
  @Column(bigNumber({ nullable: true })) promptTokens: number | null;
  @Column(bigNumber({ nullable: true })) completionTokens: number | null;
  @Column(flag()) tokensEstimated: boolean;
  @Column(realNumber({ nullable: true })) tokensPerSecond: number | null;
  @Column(smallNumber()) retries: number;
  @Column(realNumber({ nullable: true })) queueMs: number | null;
  @Column(realNumber({ nullable: true })) connectMs: number | null;
  @Column(text(64, { nullable: true })) errorCode: string | null;
  @Column(uid()) gatewayId: string;
}

/** A call as plain data. */
export type CallRow = { [K in keyof Call]: Call[K] };

/** Calls of one hour, user and service added up, so that long periods need not be counted call by call. */
@Entity('call_hour')
@Index('ix_call_hour_user', ['userId', 'hour'])
export class CallHour {
  /** Unix milliseconds of the hour's begin. */
  @Column(instantColumn({ primary: true })) hour: number;
  /** Empty: unknown. */
  @Column(uid({ primary: true })) userId: string;
  /** Empty: unknown. */
  @Column(uid({ primary: true })) serviceId: string;
  @Column(bigNumber()) requests: number;
  @Column(bigNumber()) failedRequests: number;
  @Column(bigNumber()) promptTokens: number;
  @Column(bigNumber()) completionTokens: number;
}

/** Sums of one hour as plain data. */
export type CallHourRow = { [K in keyof CallHour]: CallHour[K] };

class Usage1764000000500 implements MigrationInterface {
  name = 'Usage1764000000500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'call_record',
        columns: [
          tableColumn('id', uid({ primary: true })),
          tableColumn('startedAt', instantColumn()),
          tableColumn('userId', uid({ nullable: true })),
          tableColumn('keyId', uid({ nullable: true })),
          tableColumn('model', text(128)),
          tableColumn('serviceId', uid({ nullable: true })),
          tableColumn('instanceId', uid({ nullable: true })),
          tableColumn('path', text(128)),
          tableColumn('stream', flag()),
          tableColumn('status', smallNumber()),
          tableColumn('outcome', text(20)),
          tableColumn('durationMs', realNumber()),
          tableColumn('ttftMs', realNumber({ nullable: true })),
          tableColumn('promptTokens', bigNumber({ nullable: true })),
          tableColumn('completionTokens', bigNumber({ nullable: true })),
          tableColumn('tokensEstimated', flag()),
          tableColumn('tokensPerSecond', realNumber({ nullable: true })),
          tableColumn('retries', smallNumber()),
          tableColumn('queueMs', realNumber({ nullable: true })),
          tableColumn('connectMs', realNumber({ nullable: true })),
          tableColumn('errorCode', text(64, { nullable: true })),
          tableColumn('gatewayId', uid()),
        ],
        indices: [
          new TableIndex({ name: 'ix_call_time', columnNames: ['startedAt', 'id'] }),
          new TableIndex({ name: 'ix_call_user_time', columnNames: ['userId', 'startedAt', 'id'] }),
          new TableIndex({ name: 'ix_call_outcome_time', columnNames: ['outcome', 'startedAt', 'id'] }),
          new TableIndex({ name: 'ix_call_service_time', columnNames: ['serviceId', 'startedAt', 'id'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'call_hour',
        columns: [
          tableColumn('hour', instantColumn({ primary: true })),
          tableColumn('userId', uid({ primary: true })),
          tableColumn('serviceId', uid({ primary: true })),
          tableColumn('requests', bigNumber()),
          tableColumn('failedRequests', bigNumber()),
          tableColumn('promptTokens', bigNumber()),
          tableColumn('completionTokens', bigNumber()),
        ],
        indices: [new TableIndex({ name: 'ix_call_hour_user', columnNames: ['userId', 'hour'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('call_hour');
    await runner.dropTable('call_record');
  }
}

export const entities = [Call, CallHour];
export const migrations = [Usage1764000000500];
