import { joinLockfiles } from './known-lockfiles.ts'
import type { AuditFacts } from './facts.ts'

/**
 * One picture out of several audits of the same commit, newest first: of each file the newest one that looked at it
 * counts. An audit of half the files can so never hide what another found in the rest. As old as the oldest part.
 */
export function mergeAudits(audits: readonly { facts: AuditFacts; recordedAt: string }[]): {
  facts: AuditFacts
  recordedAt: string
} | null {
  const [newest] = audits
  if (newest === undefined) return null
  const seen = new Set<string>()
  const used = audits.flatMap((audit) => {
    const files = audit.facts.files.filter((file) => !seen.has(file))
    const isNewest = audit === newest
    for (const file of files) seen.add(file)
    return files.length > 0 || isNewest ? [{ ...audit, files: new Set(files) }] : []
  })
  return {
    recordedAt: oldest(used.map(({ recordedAt }) => recordedAt)) ?? newest.recordedAt,
    facts: {
      files: [...seen],
      findings: used.flatMap(({ facts, files }) =>
        // A finding in a file that nobody lists is told by the newest audit only, and never dropped there.
        facts.findings.filter(({ file }) => files.has(file) || (facts === newest.facts && !seen.has(file))),
      ),
      ...repositoryIn(audits.map(({ facts }) => facts)),
      unknowns: used.flatMap(({ facts }) => facts.unknowns),
      newestAdvisory: used.some(({ facts }) => facts.newestAdvisory === null)
        ? null
        : oldest(used.flatMap(({ facts }) => facts.newestAdvisory ?? [])),
    },
  }
}

const repositoryIn = (all: readonly AuditFacts[]): Pick<AuditFacts, 'repository'> => {
  const repository = joinLockfiles(all.map((one) => one.repository))
  return repository === null ? {} : { repository }
}

const oldest = (times: readonly string[]): string | null =>
  times.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null
