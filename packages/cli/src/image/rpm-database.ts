import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { PACKAGES_MAX, reading } from '@towpath/domain/inventory/image/image-file.ts'
import type { FileReading } from '@towpath/domain/inventory/image/image-file.ts'
import { readRpmHeaders } from '@towpath/domain/inventory/image/rpm-header.ts'

/** Bytes of all headers together: rows of a hostile file may all point to the same pages. */
const HEADERS_MAX = 1024 ** 3

/** How RPM makes its table. Another shape might compute what is asked of it, for ever. */
const TABLE =
  /^CREATE TABLE (?:'Packages'|"Packages"|Packages) \(\s*hnum INTEGER PRIMARY KEY(?: AUTOINCREMENT)?,\s*blob BLOB(?: NOT NULL)?\s*\)$/

/** Reads an RPM database of the SQLite kind out of its bytes, which are changed by it. What cannot be read is a problem, never an error. */
export async function readRpmDatabase(bytes: Buffer): Promise<FileReading> {
  // SQLite reads files without end of their own; what is none it refuses in words of its own.
  if (bytes.length < 100 || bytes.toString('latin1', 0, 15) !== 'SQLite format 3')
    return problem('it is no SQLite database')
  if (isCut(bytes)) return problem('it breaks off before its end')
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(':memory:', { allowExtension: false, defensive: true })
  try {
    database.deserialize(withoutLog(bytes))
    const table = database.prepare("SELECT sql FROM sqlite_schema WHERE name = 'Packages'").get()
    if (typeof table?.['sql'] !== 'string' || !TABLE.test(table['sql']))
      return problem('its table of packages has another shape than RPM’s')
    const rows = database.prepare('SELECT blob FROM Packages').iterate()
    return readRpmHeaders(bounded(rows))
  } catch (thrown) {
    return problem(messageOf(thrown))
  } finally {
    database.close()
  }
}

/** SQLite takes zeros for what is not there. The header tells the size of a page, and how many there are (file format, 1.3). */
function isCut(bytes: Buffer): boolean {
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16)
  // A count that an older SQLite left behind does not hold.
  const isCounted = bytes.readUInt32BE(24) === bytes.readUInt32BE(92)
  const pages = isCounted ? bytes.readUInt32BE(28) : 1
  return pageSize === 0 || bytes.length % pageSize !== 0 || bytes.length < pages * pageSize
}

/**
 * A database that was written by way of a log (WAL) says so in bytes 18 and 19, and is then refused without one; what is
 * here is what the log was written back into. A log that was not is told by its own file.
 */
const withoutLog = (bytes: Buffer): Buffer => bytes.fill(1, 18, 20)

function* bounded(rows: Iterable<Record<string, unknown>>): Generator<Uint8Array> {
  let [count, size] = [0, 0]
  for (const { blob } of rows) {
    const header = blob instanceof Uint8Array ? blob : new Uint8Array()
    count += 1
    size += header.length
    if (count > PACKAGES_MAX || size > HEADERS_MAX)
      throw new RangeError(`it holds more than ${PACKAGES_MAX} packages, or ${HEADERS_MAX} bytes of them`)
    yield header
  }
}

const problem = (why: string): FileReading =>
  reading({
    problem: `is an RPM database that cannot be read: ${why.replaceAll(/\p{Cc}/gu, ' ').slice(0, 200)}`,
  })
