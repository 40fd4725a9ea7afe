import type { WantedService, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import { address, port } from './config-value.ts'
import { edgeFiles, holdBackendName, twinsOf, WAIT_SERVER } from './names.ts'
import { serversFor, waitServer } from './slot-servers.ts'
import { heldValue, steeringKeys, steeringMapName } from './steering-map.ts'

/** How long a request may wait; then it is answered with 503. */
const WAIT_AT_MOST_S = 120
/** How long one request is in front of the queue, and how soon a connection that did not come about is tried again. */
const TURN_MS = 100

/**
 * Takes connections and says nothing: a TLS handshake with it never ends, and a request in front of it has sent none of
 * its bytes.
 */
export const silentEntry = `frontend entry.wait
  mode tcp
  no log
  no option idle-close-on-response
  bind unix@${edgeFiles.waitSocket} mode 600
  tcp-request inspect-delay 10s
  tcp-request content reject if WAIT_END`

/**
 * Where requests wait while nothing serves. The server to wait at takes one request, so all others queue, and an
 * admitted slot takes the whole queue at once. The one in front tries a handshake that comes to nothing within its turn,
 * and is handed on as from a connection that never came about: safe for every method. A client that leaves is forgotten.
 */
export const holdBackend = ({ service, slots, held }: WantedService): string =>
  [
    `backend ${holdBackendName(service)}`,
    '  balance roundrobin',
    `  timeout connect ${TURN_MS}ms`,
    `  timeout queue ${WAIT_AT_MOST_S}s`,
    `  retries ${(WAIT_AT_MOST_S * 1000) / TURN_MS}`,
    '  option redispatch 1',
    '  option abortonclose',
    '  http-reuse never',
    `  server ${WAIT_SERVER} unix@${edgeFiles.waitSocket} ssl verify none maxconn 1${disabledUnless(waitServer(held))}`,
    ...slots.map((slot) => holdServer(slot, held)),
  ].join('\n')

const holdServer = (slot: WantedSlot, held: boolean): string =>
  `  server ${twinsOf(slot.slot).hold} ${address(slot.address)}:${port(slot.port)}${disabledUnless(serversFor(slot, held).hold)}`

const disabledUnless = ({ admitted }: { admitted: boolean }): string => (admitted ? '' : ' disabled')

export const holdRule = ({ service }: WantedService): string =>
  `  use_backend ${holdBackendName(service)} if { str(${steeringKeys.held}),map_str(${steeringMapName(service)}) -m str ${heldValue(true)} }`

/** For whoever reads the file, and for us when we read it back. */
export const heldLine = (isHeld: boolean): string[] => (isHeld ? ['  # held'] : [])
