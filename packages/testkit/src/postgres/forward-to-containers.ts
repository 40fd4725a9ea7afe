import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { connectDocker } from '../docker.ts'
import { startWorker } from '../worker-process.ts'

export interface Forwarder {
  /** What containers of any network call the address. */
  host: string
  port: number
  stop(): Promise<void>
}

/**
 * Gives containers a way to a TCP port of this machine's loopback: a process of its own that listens on the address
 * of Docker's bridge only, which nobody outside this machine reaches. It ends with this process at the latest.
 */
export const forwardToContainers = async (targetPort: number, listenPort = 0): Promise<Forwarder> => {
  const { listenHost, host } = await bridgeAddress()
  const worker = startWorker(new URL('forward-worker.ts', import.meta.url))
  const route = { listenHost, listenPort, targetHost: '127.0.0.1', targetPort }
  const port = await worker.ask<number>('start', route, 10_000)
  return { host, port, stop: () => worker.end() }
}

/** Off Linux the engine runs in a virtual machine, which knows this one's loopback by a name of its own. */
const bridgeAddress = async (): Promise<{ listenHost: string; host: string }> => {
  if (process.platform !== 'linux') return { listenHost: '127.0.0.1', host: 'host.docker.internal' }
  const { IPAM } = (await connectDocker().getNetwork('bridge').inspect()) as BridgeFacts
  const address = gatewayOf(IPAM?.Config?.find(({ Subnet }) => Subnet.includes('.')))
  if (address !== undefined) return { listenHost: address, host: address }
  throw new TowpathError({
    code: 'BRIDGE_ADDRESS_MISSING',
    kind: 'failed',
    message: `Docker's default bridge has no IPv4 address on this machine, so containers cannot reach a server here.`,
    hint: 'Nothing was started. Use a Docker Engine of this machine with its default bridge.',
  })
}

interface BridgeFacts {
  IPAM?: { Config?: { Subnet: string; Gateway?: string }[] | null }
}

/** An engine that chose the subnet itself may leave the gateway out; it is then the first address. */
const gatewayOf = (pool: { Subnet: string; Gateway?: string } | undefined): string | undefined =>
  pool?.Gateway ?? pool?.Subnet.replace(/\d+\/\d+$/, '1')
