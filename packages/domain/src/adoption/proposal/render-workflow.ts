import type { Proposal, ProposedService } from './proposal.ts'

export const workflowPath = '.github/workflows/towpath.yml'

/**
 * A workflow that builds once, tags by commit, and names the release by digest. Null where nothing that is shipped is
 * built in this repository.
 */
export function renderWorkflow({ services, branch }: Proposal): string | null {
  const built = services.filter(({ context }) => context !== null)
  if (built.length === 0) return null
  const elsewhere = services.filter(({ context }) => context === null).map(({ name }) => name)
  const registries = [...new Set(built.map(({ image }) => image.value.split('/')[0] ?? ''))]
  return `${[
    '# Written by towpath init. Builds each image once, tags it by commit, and names the release by digest: what is tested',
    '# is what is shipped. It deploys nothing; towpath deploy and towpath promote do.',
    'name: towpath',
    'on:',
    '  push:',
    `    branches: [${branch}]`,
    'permissions: {contents: read, packages: write}',
    'jobs:',
    '  release:',
    '    runs-on: ubuntu-latest',
    '    env:',
    '      TOWPATH_SERVER: ${{ vars.TOWPATH_SERVER }}',
    '      TOWPATH_TOKEN: ${{ secrets.TOWPATH_TOKEN }} # towpath server token add ci --role deployer',
    '    steps:',
    '      - uses: actions/checkout@v4',
    '        with: {fetch-depth: 0} # the secrets scan looks at every commit',
    '      - uses: docker/setup-buildx-action@v3',
    ...registries.flatMap(loginRows),
    ...built.flatMap(buildRows),
    ...(elsewhere.length === 0
      ? []
      : [
          `      # ${elsewhere.join(', ')}: built elsewhere; without --build its image is looked for under the version as tag.`,
        ]),
    '      - name: Look for secrets, and bring what was found as evidence; the gate of production judges it',
    '        run: |',
    '          towpath secrets scan -o secrets.json || true',
    '          towpath evidence add secrets.json --commit "${{ github.sha }}"',
    '      - name: Create the release',
    '        run: >-',
    '          towpath release create "${{ github.sha }}" --commit "${{ github.sha }}"',
    ...built.map(
      ({ name, image }) => `          --build "${name}=${image.value}@\${{ steps.${name}.outputs.digest }}"`,
    ),
  ].join('\n')}\n`
}

const loginRows = (registry: string): string[] => [
  '      - uses: docker/login-action@v3',
  '        with:',
  // Without a registry it is Docker Hub's, whose own name is not docker.io where it asks for a login.
  ...(registry === 'docker.io' ? [] : [`          registry: ${registry}`]),
  ...(registry === 'ghcr.io'
    ? ['          username: ${{ github.actor }}', '          password: ${{ secrets.GITHUB_TOKEN }}']
    : ['          username: ${{ vars.REGISTRY_USER }}', '          password: ${{ secrets.REGISTRY_TOKEN }}']),
]

const buildRows = ({ name, image, context, hasDockerfile }: ProposedService): string[] => [
  '      - uses: docker/build-push-action@v6',
  `        id: ${name}`,
  '        with:',
  `          context: ${context === null || context === '' ? '.' : context}${hasDockerfile ? '' : ' # CHECK ME: there is no Dockerfile here'}`,
  '          push: true',
  `          tags: ${image.value}:\${{ github.sha }}`,
]
