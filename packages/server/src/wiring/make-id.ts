import { randomBytes } from 'node:crypto'

/**
 * A new id such as `dep_mb2x9k3f0q7c1d5e8a2b`: lower-case letters and digits only, so that it fits container names and
 * host names; it begins with the time, so that ids sort by age.
 */
export const makeId = (prefix: string): string => {
  const time = Date.now().toString(36).padStart(9, '0')
  const chance = randomBytes(8).readBigUInt64BE().toString(36).padStart(13, '0')
  return `${prefix}_${time}${chance.slice(-11)}`
}
