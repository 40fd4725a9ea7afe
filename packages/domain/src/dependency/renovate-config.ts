import { updateRules } from './update-rules.ts'
import type { Reviewers } from './update-rules.ts'
import type { UpdateTarget } from './update-target.ts'

/** Where Renovate looks, in its own order; the first is where it is written. It takes one and no more. */
export const renovatePaths = [
  'renovate.json',
  'renovate.json5',
  '.github/renovate.json',
  '.github/renovate.json5',
  '.gitlab/renovate.json',
  '.gitlab/renovate.json5',
  '.renovaterc',
  '.renovaterc.json',
  '.renovaterc.json5',
] as const

const { label, securityLabel, pullRequestsMax, cooldownDays, cooldownPatchDays } = updateRules

/**
 * `renovate.json` by Renovate's documentation and published schema. Renovate merges by itself, and only when every check
 * is green (`platformAutomerge: false`): a forge that requires no check would merge at once. Null where nothing is there.
 */
export function renderRenovate(targets: readonly UpdateTarget[], reviewers: Reviewers): string | null {
  if (targets.length === 0) return null
  const document = {
    $schema: 'https://docs.renovatebot.com/renovate-schema.json',
    extends: ['config:recommended', ...pinsFor(targets)],
    enabledManagers: [...new Set(targets.flatMap(({ managers }) => managers))],
    // The preset leaves examples and tests out; what is shipped from there has to be kept current as well.
    ignorePaths: ['node_modules', 'vendor', 'fixtures', '__fixtures__', 'testdata'].map(
      (name) => `**/${name}/**`,
    ),
    ...pythonFiles(targets),
    schedule: ['* * * * 1'],
    timezone: 'Etc/UTC',
    prConcurrentLimit: pullRequestsMax,
    prHourlyLimit: 0,
    labels: [label],
    ...(reviewers.length === 0 ? {} : { reviewers }),
    minimumReleaseAge: `${cooldownDays} days`,
    internalChecksFilter: 'strict',
    platformAutomerge: false,
    automerge: false,
    packageRules: [...targets.flatMap(rulesOf), ...mergeRules(targets)],
    vulnerabilityAlerts: { addLabels: [securityLabel], schedule: ['at any time'], minimumReleaseAge: null },
    osvVulnerabilityAlerts: true,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Tags can be moved, so what they lead to is pinned beside them. */
const pinsFor = (targets: readonly UpdateTarget[]): string[] => {
  const managers = new Set(targets.flatMap((target) => target.managers))
  return [
    ...(managers.has('github-actions') ? ['helpers:pinGitHubActionDigests'] : []),
    ...(managers.has('dockerfile') || managers.has('docker-compose') ? ['docker:pinDigests'] : []),
  ]
}

/** Of itself Renovate looks for requirements by the name of the file, not in a folder of that name. */
const pythonFiles = (targets: readonly UpdateTarget[]): object =>
  targets.some(({ managers }) => managers.includes('pip_requirements'))
    ? { pip_requirements: { managerFilePatterns: ['/(^|/)requirements/[\\w.-]+\\.txt$/'] } }
    : {}

const rulesOf = ({ kind, managers }: UpdateTarget): object[] => [
  { description: `${kind.name}: its label`, matchManagers: managers, addLabels: [kind.name] },
  {
    description: `${kind.name}: minor and patch versions together`,
    matchManagers: managers,
    matchUpdateTypes: ['minor', 'patch'],
    groupName: `${kind.name} minor and patch`,
  },
  ...(kind.isCode ? earlyRules(managers, kind.name) : []),
]

/** Updates that may break although they are small: apart, since one of them would keep a whole group from being merged. */
const earlyRules = (managers: readonly string[], name: string): object[] => {
  const early = { matchManagers: managers, groupName: `${name} before 1.0.0` }
  return [
    {
      description: `${name}: minor versions before 1.0.0`,
      ...early,
      matchUpdateTypes: ['minor'],
      matchCurrentVersion: '/^v?0\\./',
    },
    {
      description: `${name}: patches before 0.1.0`,
      ...early,
      matchUpdateTypes: ['patch'],
      matchCurrentVersion: '/^v?0\\.0\\./',
    },
  ]
}

/** Below 1.0.0 a minor may break as a major does, and below 0.1.0 a patch may. The last rule wins, so what never merges is last. */
function mergeRules(targets: readonly UpdateTarget[]): object[] {
  const managersOf = (isCode: boolean): string[] => [
    ...new Set(targets.filter(({ kind }) => kind.isCode === isCode).flatMap(({ managers }) => managers)),
  ]
  const [code, other] = [managersOf(true), managersOf(false)]
  return [
    ...(code.length === 0
      ? []
      : [
          {
            description: 'patches of code: sooner, and merged when every check is green',
            matchManagers: code,
            matchUpdateTypes: ['patch'],
            matchCurrentVersion: '!/^v?0\\.0\\./',
            minimumReleaseAge: `${cooldownPatchDays} days`,
            automerge: true,
          },
          {
            description: 'minor versions of code from 1.0.0 on: merged when every check is green',
            matchManagers: code,
            matchUpdateTypes: ['minor'],
            matchCurrentVersion: '!/^v?0\\./',
            automerge: true,
          },
        ]),
    ...(other.length === 0
      ? []
      : [{ description: 'never merged without a person', matchManagers: other, automerge: false }]),
  ]
}
