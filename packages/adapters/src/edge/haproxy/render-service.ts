import type { HealthCheckSpec, SlotRole, WantedService, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import { address, name, port, quotedPath, slotName, whole, word } from './config-value.ts'
import {
  SLOT_OF_SERVER,
  backendName,
  entryName,
  privateBackendName,
  privateHeaders,
  releasesMapName,
  twinsOf,
} from './names.ts'
import { logFormat, requestRules, trafficLog } from './render-frame.ts'
import { heldLine, holdBackend, holdRule } from './render-hold.ts'
import { relayBackend, relayBind, relayRules } from './render-relay.ts'
import { trialSettings, trialLine, trialRules } from './render-trial.ts'
import { serversFor, trialServer } from './slot-servers.ts'

/** How soon a slot that is down is looked at again: the way back from one refused connection. */
const RECHECK_MS = 250

/** Entry, backends and private backend of one service. */
export function serviceSections(service: WantedService): string[] {
  name('the service', service.service)
  return [
    entry(service),
    backend(service),
    holdBackend(service),
    relayBackend(service),
    privateBackend(service),
  ]
}

const entry = (wanted: WantedService): string => {
  const { service, port: listen } = wanted
  return `frontend ${entryName(service)}
  bind *:${port(listen)}
${relayBind(wanted)}
${trafficLog}
  option forwardfor if-none
${requestRules}
${logFormat('public', `"${service}"`, `%[${SLOT_OF_SERVER},map_str(${releasesMapName(service)},-)]`)}
${relayRules(wanted)}
${holdRule(wanted)}
  default_backend ${backendName(service)}`
}

/**
 * A refused connection marks the slot down at once (`observe layer4`) and the request goes on to the next server; an
 * answer that never began is asked for again only where the method allows it. Marking down cuts nothing: a false alarm
 * must not cost the requests in flight. Eight retries, because a process that is being killed on a busy machine still
 * accepts and resets some (1 request lost in 14 deaths with four, none in 56 with eight).
 */
const backend = (wanted: WantedService): string => `backend ${backendName(wanted.service)}
  balance roundrobin
  retries 8
  option redispatch 1
  retry-on conn-failure empty-response
  http-request disable-l7-retry unless { method GET HEAD OPTIONS }
${trialRules(wanted)}
${healthCheck(wanted.service, wanted.health)}
${[
  ...wanted.slots.map(roleLine),
  ...trialLine(wanted.trial),
  ...heldLine(wanted.held),
  ...publicTwins.flatMap((twin) => wanted.slots.map((slot) => serverLine(wanted, slot, twin))),
].join('\n')}`

const healthCheck = (service: string, health: HealthCheckSpec): string => {
  const everyMs = whole('the probe interval', health.intervalMs)
  const soonMs = Math.min(everyMs, RECHECK_MS)
  const statuses = `${whole('the lowest status', health.statusMin, 100)}-${whole('the highest status', health.statusMax, 100)}`
  return `  option httpchk
  http-check send meth GET uri ${quotedPath(health.path)} ver HTTP/1.1 hdr Host ${service} hdr User-Agent towpath-edge
  http-check expect status ${statuses}
  timeout check ${whole('the probe timeout', health.timeoutMs)}ms
  default-server inter ${everyMs}ms fastinter ${soonMs}ms downinter ${soonMs}ms fall 3 rise 1`
}

/** The slot's role in words of ours, for whoever reads the file and for us when we read it back. */
const roleLine = (slot: WantedSlot): string =>
  `  # slot ${slotName(slot.slot)} ${roleText(slot)} release ${slot.release === null ? '-' : word('the release', slot.release)}`

const roleText = (role: SlotRole): string =>
  role.role === 'live' ? `live ${weightOf(role.weight)}` : role.role

/** In the order in which HAProxy must meet them: of several backups it takes the first that is up. */
const publicTwins = ['share', 'backup', 'last', 'trial', 'pulse'] as const
type PublicTwin = (typeof publicTwins)[number]

function serverLine({ service, trial, held }: WantedService, slot: WantedSlot, twin: PublicTwin): string {
  const onTrial = trialServer(trial?.slot === slot.slot)
  const servers = { ...serversFor(slot, held), trial: onTrial, pulse: onTrial }
  const { admitted, weight } = servers[twin]
  const settings = {
    share: `weight ${weightOf(weight)} check observe layer4 error-limit 1 on-error mark-down`,
    backup: `backup track ${backendName(service)}/${slot.slot}`,
    last: 'backup',
    ...trialSettings,
  }
  const place = `${address(slot.address)}:${port(slot.port)}`
  return `  server ${twinsOf(slot.slot)[twin]} ${place} ${settings[twin]}${admitted ? '' : ' disabled'}`
}

const weightOf = (weight: number): number => whole('the weight', weight, 0)

const privateBackend = ({ service, slots }: WantedService): string => `backend ${privateBackendName(service)}
  retries 0
  http-reuse never
  http-response set-header ${privateHeaders.answeredBy} %s
${[
  ...slots.map(({ slot }) => `  use-server ${slot} if { var(txn.slot) -m str ${slot} }`),
  ...slots.map((slot) => `  server ${slot.slot} ${slot.address}:${slot.port} weight 0`),
].join('\n')}`
