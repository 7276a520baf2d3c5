import type { ColumnOptions, TableColumnOptions, ValueTransformer } from 'typeorm';

/*
 * Column shapes whose type names mean the same on SQLite, MariaDB and MySQL, so that entities and migrations
 * need to know no dialect: instants are epoch milliseconds, flags are 0 or 1, documents are the `json` type
 * (LONGTEXT with a check on MariaDB). Use them in entities (`@Column(uid({ primary: true })) id: string`) and,
 * through `tableColumn`, in migrations. Name every index and key in both.
 */

/** MySQL answers bigint and decimal as text, SQLite as numbers. Values must stay below 2^53. */
const asNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (value === null || value === undefined ? value : Number(value)),
};
const asFlag: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'boolean' ? Number(value) : value),
  from: (value: unknown) => (value === null || value === undefined ? value : Number(value) === 1),
};

/** An id made by the application (UUIDv7, or the public part of a key). */
export function uid(options: ColumnOptions = {}): ColumnOptions {
  return { type: 'varchar', length: 36, ...options };
}

/** Text of up to `length` characters, compared exactly (case and accents) on every database. */
export function text(length: number, options: ColumnOptions = {}): ColumnOptions {
  return { type: 'varchar', length, ...options };
}

/** Text without an index, up to 65,535 bytes in UTF-8 (the limit of MariaDB's TEXT). Larger: `jsonColumn`. */
export function longText(options: ColumnOptions = {}): ColumnOptions {
  return { type: 'text', ...options };
}

/** A document of any size; type the entity's field as `object` or narrower. MySQL may change the order of its keys. */
export function jsonColumn(options: ColumnOptions = {}): ColumnOptions {
  return { type: 'json', ...options };
}

/** A whole number below 2^53. */
export function bigNumber(options: ColumnOptions = {}): ColumnOptions {
  return { type: 'bigint', transformer: asNumber, ...options };
}

/** A whole number below 2^31. */
export function smallNumber(options: ColumnOptions = {}): ColumnOptions {
  return { type: 'integer', transformer: asNumber, ...options };
}

/** A measured value. */
export function realNumber(options: ColumnOptions = {}): ColumnOptions {
  return { type: 'double', transformer: asNumber, ...options };
}

/** A moment in Unix milliseconds; `number` in the entity. */
export function instantColumn(options: ColumnOptions = {}): ColumnOptions {
  return bigNumber(options);
}

/** `boolean` in the entity, 0 or 1 in the table. */
export function flag(options: ColumnOptions = {}): ColumnOptions {
  return { type: 'tinyint', transformer: asFlag, ...options };
}

/** The same column for a migration's `new Table({ columns: [...] })`. */
export function tableColumn(name: string, column: ColumnOptions): TableColumnOptions {
  return {
    name,
    type: column.type as string,
    ...(column.length === undefined ? {} : { length: String(column.length) }),
    isNullable: column.nullable ?? false,
    isPrimary: column.primary ?? false,
    ...(column.default === undefined ? {} : { default: column.default as unknown }),
  };
}
