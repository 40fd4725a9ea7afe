import type { Answer } from '../outcome/answer.ts'
import { runAudit } from '../audit/run-audit.ts'
import { answerAudit, ageMaxOf, baselineWriteOf, engineRequestOf } from '../audit/report/answer-audit.ts'
import type { JudgeOptions } from '../audit/report/answer-audit.ts'
import type { Inventory } from '@towpath/domain/inventory/component.ts'
import { repositoryLockfiles } from '../audit/repository-lockfiles.ts'
import type { Context } from '../terminal/context.ts'

interface AuditOptions extends JudgeOptions {
  lockfile?: string[]
  image?: string[]
}

/** `towpath audit [paths]`: what is known against what is locked here. Ends with 1 on findings, and on what is unknown. */
export async function auditLockfiles(
  context: Context,
  paths: string[],
  options: AuditOptions,
): Promise<Answer> {
  const { inventories, ...audited } = await runAudit(context.shell, {
    paths: paths.length === 0 ? ['.'] : paths,
    lockfiles: options.lockfile ?? [],
    advisories: options.advisories,
    rule: options.failOn,
    ageMaxMs: ageMaxOf(options),
    baseline: await baselineWriteOf(context, options),
    shippedOnly: options.shippedOnly === true,
    images: options.image ?? [],
    engines: await engineRequestOf(options),
  })
  const files = audited.result.lockfiles.map(({ file }) => file)
  const more = {
    inventory: { images: [], components: inventories.flatMap(componentsOf) },
    ...(isEvidence(context, options) ? { repository: repositoryLockfiles(context.shell.folder, files) } : {}),
  }
  return answerAudit(context, options, { ...audited, command: 'audit', of: null, more })
}

/** Only what may become evidence has to say of what it is a part. */
const isEvidence = ({ json }: Context, { format }: AuditOptions): boolean => json || format === 'json'

/** What was looked at, in the names that a scan has for it: a server that gets this as evidence judges it again. */
const componentsOf = ({ components }: Inventory): object[] =>
  components.map(({ name, version, ecosystem, source, presence, file, origin }) => ({
    ...{ name, version, ecosystem, source, presence, path: file, origin: origin ?? null },
  }))
