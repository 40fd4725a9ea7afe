import { z } from 'zod'
import { evidenceGates, gradedSeverities } from '../../evidence/evidence-policy.ts'
import { duration, flag, section, text } from './field.ts'

const gateName = z.enum(evidenceGates, { error: `one of ${evidenceGates.join(', ')}` })
const severity = `one of ${gradedSeverities.join(', ')}`

const grace = (of: string) =>
  duration('0s', '90d').default('0s').describe(`How long a ${of} finding may stay once it was seen first.`)

const NAME = '[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}'
const FILE = '\\.github/workflows/[A-Za-z0-9_.-]{1,100}\\.ya?ml'
const HTTPS = 'https://[a-z0-9.-]{1,200}(?::\\d{1,5})?'

/** Where images have to be built. */
const provenance = section({
  repository: text(
    'a repository such as acme/shop, or https://HOST/OWNER/NAME',
    new RegExp(`^(?:${HTTPS}/)?${NAME}$`),
    'acme/shop',
  )
    .optional()
    .describe(
      'Repository whose workflow run built them: `OWNER/NAME` on github.com, or `https://HOST/OWNER/NAME`.',
    ),
  workflow: text(
    'a workflow such as .github/workflows/build.yml, or acme/ci/.github/workflows/build.yml of another repository',
    new RegExp(`^(?:${NAME}/)?${FILE}$`),
    '.github/workflows/build.yml',
  )
    .optional()
    .describe(
      'Workflow that signed for them; a reusable one of another repository with `OWNER/NAME/` before it.',
    ),
  ref: text(
    'a ref such as refs/heads/main or refs/tags/v*',
    /^refs\/(?:heads|tags)\/[^\s*]{0,200}\*?$/,
    'refs/heads/main',
  )
    .optional()
    .describe(
      'Ref that the run was started for; a `*` at its end stands for any rest. Left out, any branch or tag will do; a pull request never does.',
    ),
  issuer: text(
    'the URL of an OIDC issuer',
    new RegExp(`^${HTTPS}(?:/[A-Za-z0-9._/-]{0,200})?$`),
    'https://token.actions.githubusercontent.com',
  )
    .default('https://token.actions.githubusercontent.com')
    .describe('Who vouched for the workflow. GitHub Actions unless it is said.'),
  max_age: duration('1h', '730d').optional().describe('How long ago it may have been signed.'),
})

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
  provenance: provenance
    .prefault({})
    .describe(
      'Where images have to be built, for the gate `provenance`: `repository` and `workflow` are required with it.',
    ),
  repository_waivers: flag()
    .default(true)
    .describe(
      'Whether `.towpath/waivers.yaml` of the commit lets findings pass; else only `towpath waive` does.',
    ),
})
