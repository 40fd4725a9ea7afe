import type { Trial, WantedService } from '@towpath/domain/edge/wanted.ts'
import { slotName, whole } from './config-value.ts'
import { twinsOf } from './names.ts'
import { steeringKeys, steeringMapName } from './steering-map.ts'

/** Numbers of the draw: shares are so many of ten thousand. */
const DRAWS = 10_000
const COOKIE = 'towpath-cohort'
const COOKIE_LASTS_S = 30 * 24 * 60 * 60

/**
 * Sends the share of a trial to its slot, request by request, for as long as the lease lasts. Everything it asks is in
 * the edge: nobody has to be alive for a trial to end. A server that is down is passed over by `use-server`, and the
 * request goes to the live slots as if there were no trial.
 */
export const trialRules = ({ service, cohort, slots }: WantedService): string => {
  const map = steeringMapName(service)
  return [
    `http-request set-var(txn.trial) str(${steeringKeys.trial}),map_str(${map})`,
    `http-request set-var(txn.lease) str(${steeringKeys.lease}),map_str(${map})`,
    'http-request set-var(txn.overdue) date(0,ms),sub(txn.lease)',
    'http-request set-var(txn.share) var(txn.trial),field(2,:)',
    'http-request set-var(txn.salt) var(txn.trial),field(3,:)',
    ...(cohort ? drawByClient : drawByRequest),
    `http-request set-var(txn.past_share) var(txn.draw),add(txn.salt),mod(${DRAWS}),sub(txn.share)`,
    `http-request set-var(txn.on_trial) var(txn.trial),field(1,:) if ${LASTS} { var(txn.past_share) -m int lt 0 }`,
    ...slots.map(
      ({ slot }) =>
        `use-server ${twinsOf(slotName(slot)).trial} if { var(txn.on_trial) -m str ${slot} } { srv_is_up(${twinsOf(slot).pulse}) }`,
    ),
  ]
    .map((line) => `  ${line}`)
    .join('\n')
}

const LASTS = '{ var(txn.overdue) -m int lt 0 }'

const drawByRequest = [`http-request set-var(txn.draw) rand(${DRAWS})`]

/**
 * A client's number comes with its first answer and stays. Only while a trial lasts: nobody else needs it, and an answer
 * with a cookie is one that caches leave alone. What is no number of ours is no cookie.
 */
const drawByClient = [
  `http-request set-var(txn.draw) req.cook(${COOKIE}) if { req.cook(${COOKIE}) -m reg ^[0-9]{1,4}$ }`,
  `http-request set-var(txn.drawn) rand(${DRAWS}) unless { var(txn.draw) -m found }`,
  'http-request set-var(txn.draw) var(txn.drawn) unless { var(txn.draw) -m found }',
  `http-response add-header set-cookie "${COOKIE}=%[var(txn.drawn)]; Path=/; Max-Age=${COOKIE_LASTS_S}; SameSite=Lax; HttpOnly" if { var(txn.drawn) -m found } ${LASTS}`,
]

const NEVER = 1_000_000_000

/**
 * The fuse of a trial, in two servers, because a passed probe forgives a server its bad answers. Neither comes back by
 * itself: a probe is not what it failed. Only a new trial makes them whole (`set server ... health up`).
 * - `trial` goes down after ten answers of 5xx, refused connections or broken answers in a row. HAProxy counts errors
 *   only where it probes, so it is probed at the edge's start and once a day, and no probe takes it down.
 * - `pulse` goes down after three failed probes.
 */
export const trialSettings = {
  trial: `weight 0 check inter 24h fastinter 24h downinter 24h fall ${NEVER} rise ${NEVER} observe layer7 error-limit 10 on-error mark-down`,
  pulse: `weight 0 check rise ${NEVER}`,
} as const

/** For whoever reads the file, and for us when we read it back. */
export const trialLine = (trial: Trial | null): string[] =>
  trial === null
    ? []
    : [
        `  # trial ${slotName(trial.slot)} share ${whole('the share', trial.perMyriad, 0)} salt ${whole('the salt', trial.salt, 0)}`,
      ]
