import { DatabaseSync } from 'node:sqlite'
import { rpmHeaderBytes } from '@towpath/domain/inventory/image/testing/rpm-header-bytes.ts'
import type { RpmFields } from '@towpath/domain/inventory/image/testing/rpm-header-bytes.ts'

/** As RPM 4.16 to 6 make it. */
export const rpmTable =
  "CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)"

/** An `rpmdb.sqlite` of these packages, which says that it was written by way of a log, as RPM's do. */
export function rpmDatabaseBytes(packages: readonly RpmFields[], table = rpmTable): Buffer {
  const database = new DatabaseSync(':memory:')
  database.exec(table)
  const insert = packages.length === 0 ? null : database.prepare('INSERT INTO Packages (blob) VALUES (?)')
  for (const given of packages) insert?.run(rpmHeaderBytes(given))
  const bytes = Buffer.from(database.serialize())
  database.close()
  return bytes.fill(2, 18, 20)
}
