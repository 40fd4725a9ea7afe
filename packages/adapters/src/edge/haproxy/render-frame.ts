import type { WantedService } from '@towpath/domain/edge/wanted.ts'
import { edgeFiles, privateBackendName, privateHeaders } from './names.ts'

const TRAFFIC_RING = 'traffic'
/** Public requests are also told to whoever listens on the traffic socket. */
export const trafficLog = `  log ring@${TRAFFIC_RING} len 8192 format raw local0`

/**
 * The log on its way to the controller. A ring whose socket refuses it tries again at once and for ever, which costs a
 * whole core for as long as the controller is down (seen with 2.6.12); this entry never refuses, and looks for the
 * controller twice a second. What it was told when nobody was there is gone: a controller counts from its own start.
 */
const trafficEntry = `frontend entry.traffic
  mode tcp
  bind unix@${edgeFiles.trafficEntrySocket} mode 600
  timeout client 24h
  tcp-request inspect-delay 500ms
  tcp-request content accept if WAIT_END
  default_backend traffic

backend traffic
  mode tcp
  retries 0
  timeout connect 1s
  timeout server 24h
  server controller unix@${edgeFiles.trafficSocket}`

/**
 * Time limits are wide: before the edge came there were none, and streams must not notice it. Idle connections outlive
 * those of the usual neighbours (60-75 s), so that the neighbour closes first. No `hard-stop-after`: it would cut streams.
 * First probes come within a second, because HAProxy spreads them over the longest interval that it finds.
 */
export const globalSection = (structure: string): string => `global
  description ${structure || 'structure'}
  maxconn 10000
  no strict-limits
  max-spread-checks 1s
  tune.bufsize 32768
  log stdout len 8192 format raw local0
  stats socket unix@${edgeFiles.runtimeSocket} mode 600 level admin expose-fd listeners

ring ${TRAFFIC_RING}
  format raw
  maxlen 8192
  size 1048576
  timeout connect 1s
  timeout server 24h
  server entry unix@${edgeFiles.trafficEntrySocket}

${trafficEntry}

defaults
  mode http
  log global
  maxconn 10000
  timeout connect 3s
  timeout http-request 30s
  timeout http-keep-alive 10m
  timeout client 1h
  timeout server 1h
  timeout tunnel 24h
  option dontlognull
  option idle-close-on-response`

/**
 * The way in for our own probes: a socket that only the owner of the state directory can open, and a token on top.
 * It reaches any slot whatever its role, in backends of its own, so that it counts in no slot's traffic.
 */
export const privateEntry = (services: WantedService[]): string => `frontend entry.private
  bind unix@${edgeFiles.privateSocket} mode 600
  http-request deny deny_status 403 unless { req.hdr(${privateHeaders.token}) -m str -f ${edgeFiles.token} }
  http-request set-var(txn.service) req.hdr(${privateHeaders.service})
  http-request set-var(txn.slot) req.hdr(${privateHeaders.slot})
${requestRules}
${logFormat('private', '"%[var(txn.service),json(utf8s)]"')}${services
  .map(
    ({ service }) =>
      `\n  use_backend ${privateBackendName(service)} if { var(txn.service) -m str ${service} }`,
  )
  .join('')}`

/** What every entry does: forged headers of ours go, a request id comes where there was none, facts for the log are kept. */
export const requestRules = `  http-request del-header x-towpath- -m beg
  http-request set-header x-request-id %[uuid()] unless { req.hdr(x-request-id) -m found }
  http-request set-var(txn.request_id) req.hdr(x-request-id)
  http-request set-var(txn.traceparent) req.hdr(traceparent)
  http-request set-var(txn.path) path`

/** One JSON object per request. Times in ms; `-1` where that stage was not reached. No query: it may hold secrets. */
export const logFormat = (entry: 'public' | 'private', service: string, release = '-'): string => {
  const fields = [
    '"timeMs":%Ts%ms',
    `"entry":"${entry}"`,
    `"service":${service}`,
    '"slot":"%[srv_name,word(1,.)]"',
    '"server":"%s"',
    `"release":"${release}"`,
    '"method":"%HM"',
    '"path":"%[var(txn.path),bytes(0,1024),json(utf8s)]"',
    '"status":%ST',
    '"connectMs":%Tc',
    '"answerMs":%Tr',
    '"totalMs":%Ta',
    '"bytesIn":%U',
    '"bytesOut":%B',
    '"termination":"%ts"',
    '"retries":"%rc"',
    '"requestId":"%[var(txn.request_id),bytes(0,128),json(utf8s)]"',
    '"traceparent":"%[var(txn.traceparent),bytes(0,128),json(utf8s)]"',
  ]
  return `  log-format '{${fields.join(',')}}'`
}
