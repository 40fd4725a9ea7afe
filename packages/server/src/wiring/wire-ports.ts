import { join } from 'node:path'
import { publicRoots, readTrustedRoots } from '@towpath/adapters/attestation/trusted-roots.ts'
import { sigstoreVerifier } from '@towpath/adapters/attestation/sigstore.ts'
import { tlsProbe } from '@towpath/adapters/certificate-probe/tls.ts'
import { findComposeCli, readComposeFiles } from '@towpath/adapters/compose-config/docker-compose-cli.ts'
import type { Installation } from '@towpath/app/installation.ts'
import { ociRegistry } from '@towpath/adapters/registry/oci.ts'
import { ageSecretStore } from '@towpath/adapters/secret-store/age.ts'
import { sshHosts } from '@towpath/adapters/host/ssh/ssh-hosts.ts'
import { learningStore } from './known-secrets.ts'
import type { KnownSecrets } from './known-secrets.ts'
import { hostPorts } from './wire-hosts.ts'

/** The ways out of the house, each to one vendor. */
export type Ports = Pick<
  Installation,
  | 'engineOf'
  | 'edgeOf'
  | 'claimsOf'
  | 'databaseOf'
  | 'probeOf'
  | 'attestations'
  | 'filesOf'
  | 'certificates'
  | 'compose'
  | 'registry'
  | 'secrets'
  | 'log'
>

export interface PortsOptions {
  stateDir: string
  sshConfig: string | null
  installation: string
  trustedRoot: string | null
  log: Ports['log']
  /** A host says that another controller of this installation, a newer one, steers it: this one must not act any more. */
  onNewerController: (reason: string) => void
}

/** Wires every port to its real adapter. Asks once whether this machine has Docker Compose. `close` ends the links to hosts. */
export async function wirePorts(
  { stateDir, sshConfig, trustedRoot, installation, log, onNewerController }: PortsOptions,
  secrets: KnownSecrets,
): Promise<{ ports: Ports; close: () => Promise<void> }> {
  const roots = trustedRoot === null ? publicRoots() : await readTrustedRoots(trustedRoot)
  const cli = await findComposeCli()
  const folder = join(stateDir, 'ssh')
  const links = await sshHosts({ folder, configFile: sshConfig, log, redact: secrets.redact })
  const ports = {
    ...hostPorts(links, {
      edgeFolder: join(stateDir, 'edge'),
      logFolder: join(folder, 'log'),
      ...{ installation, onNewerController },
    }),
    attestations: sigstoreVerifier(roots),
    certificates: tlsProbe(),
    compose: { read: (request) => readComposeFiles(request, cli) },
    registry: ociRegistry(),
    secrets: learningStore(ageSecretStore({ stateDir }), secrets),
    log,
  } satisfies Ports
  return { ports, close: () => links.close() }
}
