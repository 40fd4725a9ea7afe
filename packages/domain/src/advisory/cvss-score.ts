import cvss from 'ae-cvss-calculator'

/** What is asked of the library, whose own types say less. */
interface ReadVector {
  isBaseFullyDefined: () => boolean
  calculateScores: () => { base?: number; overall: number }
}

/** What any vector looks like. The library writes what looks otherwise to the terminal, whatever is in it. */
const SHAPE =
  /^\(?(?:CVSS:\d\.\d\/)?[A-Za-z]{1,4}:[A-Za-z]{1,12}(?:\/[A-Za-z]{1,4}:[A-Za-z]{1,12}){0,60}\/?\)?$/

/** The base score of a CVSS vector of version 2, 3.0, 3.1 or 4.0, from 0 to 10; null where it is none of these. */
export function scoreOf(vector: string): number | null {
  if (!SHAPE.test(vector.trim())) return null
  try {
    const read = cvss.fromVector(vector) as ReadVector | null
    if (read === null || !read.isBaseFullyDefined()) return null
    const { base, overall } = read.calculateScores()
    const score = base ?? overall
    return Number.isFinite(score) ? score : null
  } catch {
    // The library throws on what is no vector, and has no more to say of it.
    return null
  }
}
