import type { Check } from '../finding.ts'
import { certificateAnswer } from './certificate-answer.ts'
import { databaseAnswers } from './database-answers.ts'
import { operatorAnswers } from './operator-answers.ts'
import { checkOf, notSeen } from './online-answer.ts'
import type { LineOf, OnlineAnswer } from './online-answer.ts'
import type { OnlineFacts, SeenImage, SeenService } from './online-facts.ts'

/** A clock may be off by so much before certificates, tokens and leases mind. */
const toleratedMs = 5_000

/** The answers for one environment, from what was seen. Pure: the same facts give the same checks. */
export function onlineChecks(facts: OnlineFacts, lineOf: LineOf): Check[] {
  const answers = [
    hostAnswer(facts),
    clockAnswer(facts),
    diskAnswer(facts),
    ...facts.left.map((host) => leftAnswer(host, facts)),
    ...facts.images.map((image) => imageAnswer(image, facts)),
    ...facts.images.flatMap((image) => hostImageAnswer(image, facts)),
    secretsAnswer(facts),
    ...databaseAnswers(facts),
    ...(facts.live?.services ?? []).map((service) => healthAnswer(service, facts)),
    ...facts.names.map((name) => certificateAnswer(name, facts)),
    ...operatorAnswers(facts),
  ]
  return answers.map((answer) => checkOf(facts.environment, answer, lineOf))
}

const ofEnvironment = ({ environment }: OnlineFacts): readonly string[] => ['environments', environment]

function hostAnswer(facts: OnlineFacts): OnlineAnswer {
  const { seen, address } = facts.host
  const about = { id: 'host', key: ofEnvironment(facts) } as const
  if ('unknown' in seen)
    return {
      ...{ ...about, status: 'fail' },
      message: `the engine at ${address} does not answer the server: ${seen.unknown.replace(/\.$/, '')}`,
      fix: seen.fix ?? 'see that the machine and its Docker run, and that the server can reach it',
    }
  const { engine, version, architecture } = seen.value
  const message = `Docker ${version} on ${engine} (${architecture}) answers at ${address}`
  return { ...about, status: 'pass', message, fix: null }
}

function clockAnswer(facts: OnlineFacts): OnlineAnswer {
  const { seen } = facts.host
  const about = { id: 'host-clock', key: ofEnvironment(facts) } as const
  const fix =
    "set both clocks by NTP: timedatectl set-ntp true; the edge compares a trial's lease with its own"
  if ('unknown' in seen || seen.value.aheadMs === null)
    return { ...about, status: 'unknown', message: 'the clock of the host could not be read', fix }
  const { aheadMs, tookMs } = seen.value
  const offMs = Math.max(0, Math.abs(aheadMs) - tookMs / 2)
  if (offMs > toleratedMs) {
    const way = aheadMs > 0 ? 'ahead of' : 'behind'
    const message = `the clock of the host is ${Math.round(offMs / 1_000)} s ${way} the server's`
    return { ...about, status: 'fail', message, fix }
  }
  const message = `the clocks of host and server agree within ${toleratedMs / 1_000} s`
  return { ...about, status: 'pass', message, fix: null }
}

function diskAnswer(facts: OnlineFacts): OnlineAnswer {
  const { disk } = facts
  const about = { id: 'host-disk', key: ofEnvironment(facts) } as const
  if ('unknown' in disk) {
    const { why, fix } = notSeen(disk, { host: facts.host, otherwise: 'mend the way to the host first' })
    const message = `how much room the host has could not be read: ${why}`
    return { ...about, status: 'unknown', message, fix }
  }
  const { freeBytes, neededBytes } = disk.value
  const message = `${gigabytes(freeBytes)} free where the engine keeps its images, ${gigabytes(neededBytes)} wanted`
  if (freeBytes >= neededBytes) return { ...about, status: 'pass', message, fix: null }
  const fix = 'free disk space on the host, or lower host.disk_free in towpath.yaml'
  return { ...about, status: 'fail', message, fix }
}

const leftAnswer = ({ docker, takeAway }: OnlineFacts['left'][number], facts: OnlineFacts): OnlineAnswer => ({
  ...{ id: 'hosts-left', status: 'warn', key: ofEnvironment(facts) },
  message: `${docker} is none of its hosts any more, and nothing looks after what runs there`,
  fix: `when nothing asks it any more, take it away on that host: ${takeAway}`,
})

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

function imageAnswer({ services, shipped, image, seen }: SeenImage, facts: OnlineFacts): OnlineAnswer {
  const { who, key, mend, elsewhere } = userOf(services, facts)
  const about = { id: 'images', key } as const
  if ('unknown' in seen) {
    const otherwise = `see that the registry runs and that the server reaches it${elsewhere}`
    const { why, fix } = notSeen(seen, { host: facts.host, otherwise })
    const message = `the image of ${who} (${image}) could not be asked for: ${why}`
    // A release is made from what the server finds there; for the others only the engine goes to a registry.
    return { ...about, status: shipped ? 'fail' : 'unknown', message, fix }
  }
  if (seen.value !== 'absent') {
    const where = seen.value === 'on-host' ? 'on the host' : 'in its registry'
    const message = shipped
      ? `the registry answers for ${who} (${image}) and has images`
      : `the image of ${who} (${image}) is ${where}`
    return { ...about, status: 'pass', message, fix: null }
  }
  if (shipped)
    return {
      ...{ ...about, status: facts.live === null ? 'warn' : 'fail' },
      message: `the registry answers for ${who}, and has no image in ${image} yet`,
      fix: `push a build of ${who} there, or mend services.${services[0] ?? ''}.image`,
    }
  return {
    ...{ ...about, status: 'fail' },
    message: `the registry has no ${image}, which ${who} runs, and the host has none either`,
    fix: mend,
  }
}

/** Who runs an image, where that is written, and what to do where no registry has it. */
const userOf = (
  services: readonly string[],
  facts: OnlineFacts,
): { who: string; key: readonly string[]; mend: string; elsewhere: string } =>
  services[0] === undefined
    ? {
        who: 'the edge',
        key: ofEnvironment(facts),
        mend: 'name one that the host can pull: towpath server --edge-image IMAGE',
        elsewhere: ', or name another image: towpath server --edge-image IMAGE',
      }
    : {
        who: services.join(', '),
        key: ['services', services[0], 'image'],
        mend: 'push it, or mend its tag in the compose file',
        elsewhere: '',
      }

/** The server may reach a registry that the host does not, and it is the host that pulls. */
function hostImageAnswer({ services, fromHost }: SeenImage, facts: OnlineFacts): OnlineAnswer[] {
  if (fromHost === null) return []
  const { image, seen } = fromHost
  const about = { id: 'host-images', key: ['services', services[0] ?? '', 'image'] } as const
  const { host } = facts
  if ('unknown' in seen) {
    const otherwise = 'see that the host reaches the registry: docker pull there tells more'
    const { why, fix } = notSeen(seen, { host, otherwise })
    const status = 'unknown' in host.seen ? 'unknown' : 'fail'
    return [{ ...about, status, message: `the host does not get ${image}: ${why}`, fix }]
  }
  const { platforms } = seen.value
  const wanted = 'unknown' in host.seen ? null : `linux/${host.seen.value.architecture}`
  if (platforms.length > 0 && wanted !== null && !platforms.some((one) => isFor(one, wanted))) {
    const message = `${image} is for ${platforms.join(', ')}, and the host is ${wanted}`
    return [{ ...about, status: 'fail', message, fix: `build it for ${wanted} too: docker build --platform` }]
  }
  return [{ ...about, status: 'pass', message: `the host finds ${image} at its registry`, fix: null }]
}

/** `linux/arm/v7` is one for `linux/arm`. */
const isFor = (platform: string, wanted: string): boolean => `${platform}/`.startsWith(`${wanted}/`)

function secretsAnswer(facts: OnlineFacts): OnlineAnswer {
  const { environment, missingSecrets } = facts
  const about = { id: 'secret-values', key: ofEnvironment(facts) } as const
  const [first] = missingSecrets
  if (first === undefined)
    return { ...about, status: 'pass', message: 'the server opens every secret that is asked for', fix: null }
  return {
    ...{ ...about, status: 'fail' },
    message: `nobody sealed a value for ${missingSecrets.join(', ')}`,
    fix: `towpath secrets set ${first} -e ${environment}`,
  }
}

function healthAnswer({ service, path, seen }: SeenService, facts: OnlineFacts): OnlineAnswer {
  const about = { id: 'live-health', key: ['services', service, 'health'] } as const
  const what = `${service} ${facts.live?.release ?? ''}`
  if ('unknown' in seen || seen.value.saw === 'edge-down') {
    const unseen = 'unknown' in seen ? seen : { at: seen.at, unknown: seen.value.text }
    const otherwise = `towpath repair -e ${facts.environment}`
    const { why, fix } = notSeen(unseen, { host: facts.host, otherwise })
    const message = `${what} could not be asked for ${path}: ${why}`
    return { ...about, status: 'unknown', message, fix }
  }
  if (seen.value.saw === 'good')
    return { ...about, status: 'pass', message: `${what} answers ${path}: ${seen.value.text}`, fix: null }
  return {
    ...{ ...about, status: 'fail' },
    message: `${what}, which is live, does not answer ${path} as health asks: ${seen.value.text}`,
    fix: `mend services.${service}.health, or the service: towpath logs ${service} -e ${facts.environment}`,
  }
}
