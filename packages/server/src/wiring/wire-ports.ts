import { join } from 'node:path'
import { findComposeCli, readComposeFiles } from '@towpath/adapters/compose-config/docker-compose-cli.ts'
import { dockerEngine } from '@towpath/adapters/container-engine/docker/engine.ts'
import { postgresProbe } from '@towpath/adapters/database-probe/postgres.ts'
import { containerHost } from '@towpath/adapters/edge/haproxy/container-host.ts'
import { haproxyEdge } from '@towpath/adapters/edge/haproxy/haproxy-edge.ts'
import { ociRegistry } from '@towpath/adapters/registry/oci.ts'
import { ageSecretStore } from '@towpath/adapters/secret-store/age.ts'
import type { Installation } from '@towpath/app/installation.ts'
import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import type { Edge } from '@towpath/app/ports/edge.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { learningStore } from './known-secrets.ts'
import type { KnownSecrets } from './known-secrets.ts'

/** The ways out of the house, each to one vendor. */
export type Ports = Pick<
  Installation,
  'engineOf' | 'edgeOf' | 'compose' | 'registry' | 'secrets' | 'database' | 'log'
>

/** Wires every port to its real adapter. Asks once whether this machine has Docker Compose. */
export async function wirePorts(
  { stateDir, log }: { stateDir: string; log: Ports['log'] },
  secrets: KnownSecrets,
): Promise<Ports> {
  const cli = await findComposeCli()
  const edges = new Map<string, Edge>()
  return {
    engineOf,
    // One per host: it makes calls to the same edge wait for each other.
    edgeOf: (docker) => {
      const edge = edges.get(docker) ?? openEdge(docker, stateDir)
      edges.set(docker, edge)
      return edge
    },
    compose: { read: (request) => readComposeFiles(request, cli) },
    registry: ociRegistry(),
    secrets: learningStore(ageSecretStore({ stateDir }), secrets),
    database: postgresProbe(),
    log,
  }
}

const engineOf = (docker: string, secrets: ReadonlyMap<string, string>): ContainerEngine =>
  dockerEngine({ socketPath: socketOf(docker), secrets: () => secrets })

/** The edge's files belong to us, so its container runs as the same user. */
const openEdge = (docker: string, stateDir: string): Edge =>
  haproxyEdge({
    host: containerHost(engineOf(docker, new Map()), {
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
    }),
    stateRoot: join(stateDir, 'edge'),
  })

function socketOf(docker: string): string {
  if (docker.startsWith('unix:///')) return docker.slice('unix://'.length)
  throw new TowpathError({
    code: 'HOST_UNSUPPORTED',
    kind: 'usage',
    message: `The host ${docker} cannot be reached: only engines on this machine are, by unix:///PATH.`,
    hint: 'Set host.docker in towpath.yaml to such an address. Nothing was changed.',
  })
}
