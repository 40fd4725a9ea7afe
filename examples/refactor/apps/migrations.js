/** The schema, one step per entry, never edited once released. A release with SCHEMA_LEVEL n knows the first n. */
export const migrations = [
  {
    level: 1,
    name: 'items',
    sql: 'create table item (id bigint generated always as identity primary key, name text not null)',
  },
  { level: 2, name: 'item colour', sql: 'alter table item add column colour text' },
  {
    level: 3,
    name: 'item colour required',
    sql: "update item set colour = 'none' where colour is null; alter table item alter column colour set not null, alter column colour set default 'none'",
  },
]
