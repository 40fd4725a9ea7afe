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
import { logFormat, requestRules } from './render-frame.ts'
import { serversFor, twins, type Twin } from './slot-servers.ts'

/** How soon a slot that is down is looked at again: the way back from one refused connection. */
const RECHECK_MS = 250

/** Entry, backend and private backend of one service. */
export function serviceSections(service: WantedService): string[] {
  name('the service', service.service)
  return [entry(service), backend(service), privateBackend(service)]
}

const entry = ({ service, port: listen }: WantedService): string => `frontend ${entryName(service)}
  bind *:${port(listen)}
  option forwardfor if-none
${requestRules}
${logFormat('public', `"${service}"`, `%[${SLOT_OF_SERVER},map_str(${releasesMapName(service)},-)]`)}
  default_backend ${backendName(service)}`

/**
 * A refused connection marks the slot down at once (`observe layer4`) and the request goes on to the next server; an
 * answer that never began is asked for again only where the method allows it. Marking down cuts nothing: a false alarm
 * must not cost the requests in flight. Eight retries, because a process that is being killed on a busy machine still
 * accepts and resets some (1 request lost in 14 deaths with four, none in 56 with eight).
 */
const backend = ({ service, health, slots }: WantedService): string => `backend ${backendName(service)}
  balance roundrobin
  retries 8
  option redispatch 1
  retry-on conn-failure empty-response
  http-request disable-l7-retry unless { method GET HEAD OPTIONS }
${healthCheck(service, health)}
${[...slots.map(roleLine), ...twins.flatMap((twin) => slots.map((slot) => serverLine(service, slot, twin)))].join('\n')}`

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

function serverLine(service: string, slot: WantedSlot, twin: Twin): string {
  const { admitted, weight } = serversFor(slot)[twin]
  const settings = {
    share: `weight ${weightOf(weight)} check observe layer4 error-limit 1 on-error mark-down`,
    backup: `backup track ${backendName(service)}/${slot.slot}`,
    last: 'backup',
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
