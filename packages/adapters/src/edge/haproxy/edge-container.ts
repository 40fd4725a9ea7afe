import type { EdgeSpec } from '@towpath/app/ports/edge.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { haproxyArguments } from './names.ts'

/** The user who owns the state directory: the edge runs as the same, so that both may use its sockets. */
export interface EdgeOwner {
  uid: number
  gid: number
}

const STATE_MOUNT = '/edge'

/**
 * The edge's container: nothing but the state directory is writable, all privileges are dropped, and it comes back after
 * a crash or a reboot with the traffic its file names. Ports below 1024 need no privilege inside a container.
 */
export const edgeContainer = (spec: EdgeSpec, stateDirectory: string, owner: EdgeOwner): ContainerSpec => ({
  name: spec.name,
  image: spec.image,
  entrypoint: ['haproxy'],
  command: haproxyArguments(STATE_MOUNT),
  environment: {},
  labels: spec.labels,
  mounts: [
    { type: 'bind', source: stateDirectory, target: STATE_MOUNT, readOnly: false, createHostPath: false },
  ],
  networks: spec.networks,
  ports: spec.ports,
  restart: { name: 'unless-stopped' },
  healthcheck: null,
  settings: {
    user: `${owner.uid}:${owner.gid}`,
    readOnly: true,
    capDrop: ['ALL'],
    securityOpt: ['no-new-privileges'],
    // Finishes open requests on stop; the engine's own deadline ends streams.
    stopSignal: 'SIGUSR1',
    logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
  },
})
