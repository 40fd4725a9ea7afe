import { z } from 'zod'
import { evidenceGates, gradedSeverities } from '../../evidence/evidence-policy.ts'
import { duration, flag, section } from './field.ts'

const gateName = z.enum(evidenceGates, { error: `one of ${evidenceGates.join(', ')}` })
const severity = `one of ${gradedSeverities.join(', ')}`

const grace = (of: string) =>
  duration('0s', '90d').default('0s').describe(`How long a ${of} finding may stay once it was seen first.`)

/** Gates that ask for signed evidence, and what they let pass. */
export const gates = section({
  evidence: z
    .array(gateName, { error: `a list of ${evidenceGates.join(', ')}` })
    .max(evidenceGates.length, { error: 'a list that names each gate once' })
    .default([])
    .describe(`Gates that are on: \`${evidenceGates.join('`, `')}\`. Missing or stale evidence fails them.`),
  severity: z
    .enum(gradedSeverities, { error: severity })
    .default('high')
    .describe('Vulnerabilities count from here on. One without a score counts as high.'),
  only_fixable: flag().default(false).describe('Count only vulnerabilities that a newer version mends.'),
  grace: section({
    critical: grace('critical'),
    high: grace('high'),
    medium: grace('medium'),
    low: grace('low'),
  })
    .prefault({})
    .describe('Never for what is known to be exploited, or made to do harm.'),
  data_age: duration('1h', '90d')
    .default('48h')
    .describe('Older advisories, or an older check by them, make the answer unknown.'),
  repository_waivers: flag()
    .default(true)
    .describe(
      'Whether `.towpath/waivers.yaml` of the commit lets findings pass; else only `towpath waive` does.',
    ),
})
