import { fail, ifSeen, pass } from './answers.ts'
import type { Gate } from './gate.ts'
import type { GateFacts } from './gate-facts.ts'

/** The host's engine answered just now. */
export const hostReachable: Gate = {
  name: 'host-reachable',
  title: 'the host answers',
  safety: true,
  perHost: true,
  evaluate: (facts) =>
    ifSeen(facts.host, { now: facts.now, what: 'the host', fix: fixOf(facts.host) }, (host) =>
      pass(`${host.engine} ${host.version}`),
    ),
}

/** The other gates that ask the host leave it to this one to say how it is reached again. */
const fixOf = (seen: GateFacts['host']): string =>
  ('unknown' in seen ? seen.fix : undefined) ?? 'start its container engine, or check the connection to it'

/** Room for the images and for what the release will write. */
export const diskRoom: Gate = {
  name: 'disk-room',
  title: 'the host has disk room',
  safety: false,
  perHost: true,
  evaluate: (facts) =>
    ifSeen(
      facts.disk,
      {
        now: facts.now,
        what: 'free disk space on the host',
        fix: 'see why the host cannot tell its disk space',
      },
      ({ freeBytes, neededBytes }) =>
        freeBytes >= neededBytes
          ? pass(`${sizeOf(freeBytes)} free, ${sizeOf(neededBytes)} asked for`)
          : fail(
              `${sizeOf(freeBytes)} free where ${sizeOf(neededBytes)} are asked for`,
              'free disk space on the host, then deploy again',
            ),
    ),
}

const sizeOf = (bytes: number): string =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
