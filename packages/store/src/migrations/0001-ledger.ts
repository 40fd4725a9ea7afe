import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The ledger, its head, signed checkpoints, folded documents, inputs by digest, and the controller's fence. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of [...LEDGER, ...APPEND_ONLY, ...DOCUMENTS]) await sql.raw(statement).execute(db)
}

const LABELS = ['environment', 'release', 'deployment']

const LEDGER = [
  `create table event (
    seq bigint primary key,
    body text not null,
    prev bytea not null,
    hash bytea not null,
    type text not null generated always as (body::jsonb ->> 'type') stored,
    idem text not null generated always as (body::jsonb ->> 'idem') stored,
    ${LABELS.map((label) => `${label} text generated always as (body::jsonb ->> '${label}') stored`).join(', ')}
  )`,
  'create unique index event_idem on event (idem)',
  'create index event_type on event (type, seq)',
  ...LABELS.map((label) => `create index event_${label} on event (${label}, seq) where ${label} is not null`),
  `create table ledger_head (
    one boolean primary key default true check (one),
    seq bigint not null,
    hash bytea not null
  )`,
  `insert into ledger_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'))`,
  `create table checkpoint (
    seq bigint primary key,
    hash bytea not null,
    installation text not null,
    at text not null,
    signature text not null
  )`,
]

const APPEND_ONLY = [
  `create function refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception 'table % is append-only: % refused', tg_table_name, lower(tg_op);
  end $$`,
  ...['event', 'checkpoint'].map(
    (table) => `create trigger ${table}_is_append_only before update or delete or truncate on ${table}
                for each statement execute function refuse_change()`,
  ),
]

const DOCUMENTS = [
  `create table view (
    kind text not null,
    id text not null,
    created bigint not null,
    seq bigint not null,
    state jsonb not null,
    primary key (kind, id)
  )`,
  'create index view_newest on view (kind, created desc, id desc)',
  'create table projection (kind text primary key, version int not null)',
  `create table blob (
    digest text primary key check (digest ~ '^[0-9a-f]{64}$'),
    bytes bytea not null,
    at timestamptz not null default now()
  )`,
  `create table controller (
    one boolean primary key default true check (one),
    instance text not null,
    fence bigint not null,
    at timestamptz not null
  )`,
]
