import { stringify } from 'yaml'

export interface EjectFacts {
  composeProject: string
  composeFiles: readonly string[]
  /** The project's folder on the host. */
  folder: string
  release: string
  services: readonly { compose: string; image: string; isAdopted: boolean }[]
  before: { release: string; services: readonly { compose: string; image: string }[] } | null
}

/** Where the files are, relative to the compose files. */
export const ejectFolder = 'towpath-eject'

/**
 * What a team needs to go on by plain Compose: what runs now as an override by digest, what ran before as another, and a
 * script for each. Files by path; no secret is in them, for Compose reads its own `.env`.
 */
export function ejectFiles(facts: EjectFacts): Map<string, string> {
  const { release, services, before } = facts
  const files = new Map<string, string>()
  const made = services.filter(({ isAdopted }) => !isAdopted)
  if (made.length > 0) files.set(`${ejectFolder}/release.yaml`, override(release, made))
  files.set(
    `${ejectFolder}/start.sh`,
    made.length > 0
      ? script(facts, { says: `Starts ${release}`, file: 'release.yaml', services: made })
      : script(facts, { says: `Starts what was adopted as ${release}`, file: null, services }),
  )
  if (before !== null && before.services.length > 0) {
    files.set(`${ejectFolder}/before.yaml`, override(before.release, before.services))
    files.set(
      `${ejectFolder}/roll-back.sh`,
      script(facts, {
        says: `Goes back to ${before.release}; the database stays as it is`,
        file: 'before.yaml',
        services: before.services,
      }),
    )
  }
  return files
}

function override(release: string, services: readonly { compose: string; image: string }[]): string {
  const images = Object.fromEntries(services.map(({ compose, image }) => [compose, { image }]))
  return `# Images of ${release}, by digest. Laid over your compose files, which stay as they are.\n${stringify({ services: images })}`
}

interface Script {
  says: string
  /** The override; null starts the containers that are there, as they are. */
  file: string | null
  services: readonly { compose: string }[]
}

function script(
  { folder, composeFiles, composeProject }: EjectFacts,
  { says, file, services }: Script,
): string {
  const files = [...composeFiles, ...(file === null ? [] : [`${ejectFolder}/${file}`])]
  const args = ['-p', composeProject, ...files.flatMap((path) => ['-f', path])].map(quoted).join(' ')
  const names = services.map(({ compose }) => quoted(compose)).join(' ')
  const act = file === null ? `start ${names}` : `up -d --no-build --no-deps ${names}`
  return `#!/bin/sh
# ${says.replaceAll(/[\r\n]/g, ' ')}. Run it on the host.
set -eu
cd ${quoted(folder)}
if docker compose version >/dev/null 2>&1; then compose='docker compose'; else compose=docker-compose; fi
exec $compose ${args} ${act}
`
}

/** One word for a shell, whatever is in it. */
const quoted = (text: string): string =>
  /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
