import type { Proposal, ProposedService } from './proposal.ts'

export const workflowPath = '.github/workflows/towpath.yml'

/** The one action that is used: by commit, because a tag can be moved; the version behind it is what audits read. */
const CHECKOUT = 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2'

/**
 * A workflow that audits every change, builds once into archives, scans them, pushes what was scanned, and names the
 * release by digest. Null where nothing that is shipped is built in this repository.
 *
 * - The audit runs for pull requests, also from forks: it is given no secret, no variable and no right to write.
 * - Every archive is scanned before the first is pushed, so that a failed scan leaves nothing in the registry.
 * - Tools are those of GitHub's runners (Docker with buildx, skopeo, jq), so that no other action has to be trusted.
 */
export function renderWorkflow({ services, branch }: Proposal): string | null {
  const built = services.filter(({ context }) => context !== null)
  if (built.length === 0) return null
  const elsewhere = services.filter(({ context }) => context === null).map(({ name }) => name)
  return `${[
    '# Written by towpath init. Audits every change; builds each image once, scans it, and pushes the very bytes that were',
    '# scanned, tagged by commit. It deploys nothing; towpath deploy and towpath promote do.',
    '# Make the check "audit" a required one: it runs for pull requests from forks too, and needs no secret and no server.',
    'name: towpath',
    'on:',
    '  pull_request:',
    '  push:',
    `    branches: [${branch}]`,
    'permissions: {contents: read}',
    'defaults: {run: {shell: bash}}',
    'jobs:',
    ...auditJob(),
    ...releaseJob({ built, elsewhere }),
  ].join('\n')}\n`
}

const known = '"$RUNNER_TEMP/known.json"'

const auditJob = (): string[] => [
  '  audit:',
  '    runs-on: ubuntu-24.04',
  '    steps:',
  ...checkoutRows(),
  ...installRows,
  ...step('Bring the advisories for what is locked here', [
    `towpath audit --fail-on none --json > ${known}`,
    ...syncRows,
  ]),
  // Annotations are for the change at hand; what passes by baseline or waiver is in .towpath, where it is reviewed.
  ...step('Audit', ['towpath audit --format github']),
]

const releaseJob = ({
  built,
  elsewhere,
}: {
  built: readonly ProposedService[]
  elsewhere: readonly string[]
}): string[] => [
  '  release:',
  '    needs: audit',
  "    if: github.event_name == 'push'",
  '    runs-on: ubuntu-24.04',
  '    permissions: {contents: read, packages: write}',
  '    steps:',
  // The secrets scan looks at every commit.
  ...checkoutRows(', fetch-depth: 0'),
  ...installRows,
  ...step('Build each image once, into an archive', [
    'docker buildx create --name archives --driver docker-container --use',
    ...built.flatMap(buildRows),
  ]),
  ...step('Bring the advisories for what was built', [
    ...built.map(
      ({ name }, at) =>
        `towpath scan ${archiveOf(name)} --fail-on none --json ${at === 0 ? '>' : '>>'} ${known}`,
    ),
    ...syncRows,
  ]),
  ...step(
    'Scan',
    built.map(({ name }) => `towpath scan ${archiveOf(name)} --format github`),
  ),
  ...[...new Set(built.map(registryOf))].flatMap(loginRows),
  ...step('Push what was scanned', built.flatMap(pushRows)),
  ...(elsewhere.length === 0
    ? []
    : [
        `      # ${elsewhere.join(', ')}: built elsewhere; without --build its image is looked for under the version as tag.`,
      ]),
  ...secretsRows(),
  ...releaseRows(built),
]

const withServer: readonly string[] = [
  "if: vars.TOWPATH_SERVER != '' # all above needs no server",
  'env:',
  '  TOWPATH_SERVER: ${{ vars.TOWPATH_SERVER }}',
  '  TOWPATH_TOKEN: ${{ secrets.TOWPATH_TOKEN }} # towpath server token add ci --role deployer',
]

const secretsRows = (): string[] =>
  step(
    'Look for secrets, and bring what was found as evidence; the gate of production judges it',
    [
      'towpath secrets scan -o secrets.json || true',
      'towpath evidence add secrets.json --commit "$GITHUB_SHA"',
    ],
    withServer,
  )

const releaseRows = (built: readonly ProposedService[]): string[] =>
  step(
    'Create the release',
    [
      'towpath release create "$GITHUB_SHA" --commit "$GITHUB_SHA" \\',
      ...built.map(
        ({ name, image }, at) =>
          `  --build "${name}=${image.value}@$(cat ${digestOf(name)})"${at === built.length - 1 ? '' : ' \\'}`,
      ),
    ],
    withServer,
  )

/** A step of shell lines; `more` stands between its name and them. */
const step = (name: string, lines: readonly string[], more: readonly string[] = []): string[] => [
  `      - name: ${name}`,
  ...more.map((line) => `        ${line}`),
  ...(lines.length === 1
    ? [`        run: ${lines[0] ?? ''}`]
    : ['        run: |', ...lines.map((line) => `          ${line}`)]),
]

const checkoutRows = (more = ''): string[] => [
  `      - uses: ${CHECKOUT}`,
  `        with: {persist-credentials: false${more}}`,
]

const installRows: readonly string[] = step('Have towpath here', [
  '# CHECK ME: Towpath is on no registry yet. Put it here, built from its sources; see Install in its README.',
  "command -v towpath || { echo '::error::towpath is not on this runner'; exit 1; }",
])

/** Names of ecosystems may hold spaces; of a system that nobody knows there are no advisories. */
const syncRows: readonly string[] = [
  `mapfile -t ecosystems < <(jq -r '.lockfiles[].ecosystem' ${known} | grep -v '^Unknown' | sort -u)`,
  '[ ${#ecosystems[@]} -eq 0 ] || towpath advisories sync "${ecosystems[@]/#/--ecosystem=}"',
]

const registryOf = ({ image }: ProposedService): string => image.value.split('/')[0] ?? ''

const loginRows = (registry: string): string[] =>
  step(
    `Log in to ${registry}`,
    [`skopeo login ${registry} --username "$REGISTRY_USER" --password-stdin <<< "$REGISTRY_TOKEN"`],
    registry === 'ghcr.io'
      ? ['env:', '  REGISTRY_USER: ${{ github.actor }}', '  REGISTRY_TOKEN: ${{ secrets.GITHUB_TOKEN }}']
      : [
          'env:',
          '  REGISTRY_USER: ${{ vars.REGISTRY_USER }}',
          '  REGISTRY_TOKEN: ${{ secrets.REGISTRY_TOKEN }}',
        ],
  )

/** Without provenance the archive holds one manifest, and its digest is that of the image. */
const buildRows = ({ name, context, hasDockerfile }: ProposedService): string[] => [
  ...(hasDockerfile ? [] : ['# CHECK ME: there is no Dockerfile here']),
  `docker buildx build --provenance=false --output "type=oci,dest=$RUNNER_TEMP/${name}.oci.tar" ${context === null || context === '' ? '.' : context}`,
]

/** The registry has to name the digest that stands in the archive: anything else would be another image. */
const pushRows = ({ name, image }: ProposedService): string[] => [
  `skopeo copy --preserve-digests --digestfile ${digestOf(name)} oci-archive:${archiveOf(name)} "docker://${image.value}:$GITHUB_SHA"`,
  `[ "$(cat ${digestOf(name)})" = "$(tar -xOf ${archiveOf(name)} index.json | jq -r '.manifests[0].digest')" ]`,
]

/** Outside of the checkout: what lies there may be built into the next image. */
const archiveOf = (name: string): string => `"$RUNNER_TEMP/${name}.oci.tar"`
const digestOf = (name: string): string => `"$RUNNER_TEMP/${name}.digest"`
