import type { WantedService } from '@towpath/domain/edge/wanted.ts'
import { relayBackendName, relaySocketName } from './names.ts'
import { RELAYED, steeringKeys, steeringMapName } from './steering-map.ts'

/** The second way into a service's entry, for workers that a reload left behind. */
export const relayBind = ({ service }: WantedService): string =>
  `  bind unix@${relaySocketName(service)} mode 600`

/** A request that is handed on is logged and counted where it is served. */
export const relayRules = ({ service }: WantedService): string => {
  const isRelayed = `{ str(${steeringKeys.held}),map_str(${steeringMapName(service)}) -m str ${RELAYED} }`
  return `  http-request set-log-level silent if ${isRelayed}
  use_backend ${relayBackendName(service)} if ${isRelayed}`
}

export const relayBackend = ({ service }: WantedService): string => `backend ${relayBackendName(service)}
  http-reuse never
  server newest unix@${relaySocketName(service)}`
