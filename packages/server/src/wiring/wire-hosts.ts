import { dockerEngine } from '@towpath/adapters/container-engine/docker/engine.ts'
import type { DockerEngineOptions } from '@towpath/adapters/container-engine/docker/engine.ts'
import { postgresProbe } from '@towpath/adapters/database-probe/postgres.ts'
import { containerHost } from '@towpath/adapters/edge/haproxy/container-host.ts'
import type { EdgeDisk } from '@towpath/adapters/edge/haproxy/edge-disk.ts'
import { haproxyEdge } from '@towpath/adapters/edge/haproxy/haproxy-edge.ts'
import { hostDisk } from '@towpath/adapters/edge/haproxy/host-disk.ts'
import { localDisk } from '@towpath/adapters/edge/haproxy/local-disk.ts'
import { httpProbe } from '@towpath/adapters/http-probe/http-probe.ts'
import { hostClaims } from '@towpath/adapters/host/ssh/host-claims.ts'
import { hostReader, localScript } from '@towpath/adapters/host/files/host-reader.ts'
import { engineOver } from '@towpath/adapters/host/ssh/remote-engine.ts'
import type { SshHosts } from '@towpath/adapters/host/ssh/ssh-hosts.ts'
import type { SshLink } from '@towpath/adapters/host/ssh/ssh-link.ts'
import type { Installation } from '@towpath/app/installation.ts'
import type { Edge } from '@towpath/app/ports/edge.ts'
import type { HostClaims } from '@towpath/app/ports/host-claims.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { type HostAddress, parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { endWhereNewer, yieldToNewer } from './yield-to-newer.ts'

export interface HostPortsOptions {
  edgeFolder: string
  logFolder: string
  installation: string
  onNewerController: (reason: string) => void
}

/** What stands on a host, or is asked from there: the same adapters here and over SSH. */
export function hostPorts(
  links: SshHosts,
  { onNewerController, installation, ...folders }: HostPortsOptions,
): Pick<Installation, 'engineOf' | 'edgeOf' | 'claimsOf' | 'databaseOf' | 'probeOf' | 'filesOf'> {
  const edges = new Map<string, Edge>()
  const claims = new Map<SshLink, HostClaims>()
  const linkTo = (address: HostAddress): SshLink | null =>
    address.way === 'ssh' ? links.linkTo(address) : null
  const wayTo = (docker: string): Omit<DockerEngineOptions, 'secrets'> => {
    const address = addressOf(docker)
    return address.way === 'ssh'
      ? engineOver(links.linkTo(address), address)
      : { socketPath: address.socketPath }
  }
  const engineOf: Installation['engineOf'] = (docker, secrets) =>
    dockerEngine({ ...wayTo(docker), secrets: () => secrets })
  const openEdge = (docker: string): Edge => {
    const link = linkTo(addressOf(docker))
    const disk: EdgeDisk = link === null ? localDisk(folders.edgeFolder) : hostDisk(link, folders.logFolder)
    const host = containerHost(engineOf(docker, new Map()), disk)
    return yieldToNewer(haproxyEdge({ host, disk }), onNewerController)
  }
  return {
    engineOf,
    // One per host: it makes calls to the same edge wait for each other.
    edgeOf: (docker) => {
      const edge = edges.get(docker) ?? openEdge(docker)
      edges.set(docker, edge)
      return edge
    },
    // One per host: it finds the home of its user once.
    claimsOf: (docker) => {
      const link = linkTo(addressOf(docker))
      if (link === null) return null
      const known = claims.get(link) ?? endWhereNewer(hostClaims(link, installation), onNewerController)
      claims.set(link, known)
      return known
    },
    databaseOf: (docker) => {
      const link = linkTo(addressOf(docker))
      return postgresProbe(link === null ? {} : { wayTo: (place) => link.forward(place) })
    },
    filesOf: (docker) => {
      const link = linkTo(addressOf(docker))
      return hostReader(
        link === null ? localScript : (script) => link.run(script, 'look for what else acts there'),
      )
    },
    probeOf: (docker) => {
      const link = linkTo(addressOf(docker))
      return httpProbe(link === null ? {} : { link })
    },
  }
}

function addressOf(docker: string): HostAddress {
  const address = parseHostAddress(docker)
  if (address !== null) return address
  throw new TowpathError({
    code: 'HOST_UNSUPPORTED',
    kind: 'usage',
    message: `The host ${docker} cannot be reached: it is neither unix:///PATH nor ssh://[USER@]HOST[:PORT][/SOCKET].`,
    hint: 'Set host.docker in towpath.yaml to such an address. Nothing was changed.',
  })
}
