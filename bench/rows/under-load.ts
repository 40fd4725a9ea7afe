import { monotonicNowMs } from '@towpath/testkit/load/load-spec.ts'
import type { LoadReport, LoadSpec } from '@towpath/testkit/load/load-spec.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { closing } from '../closing.ts'
import { beside, limited, notOffered } from '../row.ts'
import type { Row } from '../row.ts'
import { afterMs, beforeMs, fullLoad, requestsPerSecond } from '../scene/traffic.ts'

/** One act under the full load, from before its long requests to after them. */
export interface UnderLoad<T> {
  /** Monotonic ms. */
  askedAtMs: number
  actMs: number
  report: LoadReport
  /** What the act gave. */
  result: T
}

/** Does `act` under the full load; `act` may look at the load meanwhile. */
export const underFullLoad = <T>(
  site: string,
  act: (load: RunningLoad) => Promise<T>,
): Promise<UnderLoad<T>> => underLoad({ spec: fullLoad(site) }, act)

/** As `underFullLoad`, under a load of its own. `starter` as in `startLoad`. */
export async function underLoad<T>(
  { spec, starter = [] }: { spec: LoadSpec; starter?: readonly string[] },
  act: (load: RunningLoad) => Promise<T>,
): Promise<UnderLoad<T>> {
  const load = await startLoad(spec, starter)
  return await closing(
    () => load.abandon(),
    async () => {
      await sleep(beforeMs)
      const askedAtMs = monotonicNowMs()
      const result = await act(load)
      const actMs = monotonicNowMs() - askedAtMs
      await sleep(afterMs)
      return { askedAtMs, actMs, report: await load.stop(), result }
    },
  )
}

/** Says the first losses of a load, one line each. */
export function sayLosses(name: string, report: LoadReport, say: (line: string) => void): void {
  for (const { status, fault, release, url } of report.samples.slice(0, 5))
    say(`  ${name}: ${url} gave ${fault ?? status} (release ${release})`)
  for (const { url, samples } of report.streams)
    for (const { what, fault, release } of samples
      .filter((sample) => sample.what === 'not-opened')
      .slice(0, 3))
      say(`  ${name}: ${url} was ${what} (${fault ?? 'in order'}, release ${release})`)
}

/** What a load must show besides: the release that answers after the act, and how often a stream may be cut. */
export interface Promised {
  answers: string
  cutsPerStream: number
}

export function lossRows(
  name: string,
  { report, askedAtMs }: UnderLoad<unknown>,
  { answers, cutsPerStream }: Promised,
): Row[] {
  const first = report.byRelease[answers]?.firstAnswerAtMs ?? Number.NaN
  return [
    lossRow(
      `${name} at ${requestsPerSecond.toLocaleString('en-US')} requests/s`,
      report,
      Number.isFinite(first),
    ),
    ...streamRows(name, report, cutsPerStream),
    ...loadRows(name, report),
    beside(`${name}: asked to first answer of the release`, first - askedAtMs, 'ms'),
  ]
}

/** A load that was not there, or that its release never answered, loses nothing and proves nothing. */
export function lossRow(name: string, report: LoadReport, isProof: boolean): Row {
  const lost = report.failed + report.dropped
  if (lost === 0 && report.unsent > 0) return notOffered(name)
  const value = isProof && report.slow.sent > 0 ? lost : Number.NaN
  return limited(`${name}: failed and dropped`, { value, unit: '', limit: 0 })
}

/** Where streams are to be cut once, one that was not cut is no better: it would hear nothing of the new release. */
export function streamRows(name: string, { streams }: LoadReport, cutsPerStream: number): Row[] {
  const wanted = streams.map(({ open }) => open).reduce((sum, open) => sum + open, 0) * cutsPerStream
  const cuts = streams.reduce((sum, stream) => sum + stream.cuts, 0)
  const most = Math.max(...streams.map(({ cutsPerStreamMax }) => cutsPerStreamMax))
  const failed = streams.reduce((sum, stream) => sum + stream.reconnectFailed, 0)
  const isProof = streams.every(({ open }) => open > 0) && cuts >= wanted
  return [
    limited(`${name}: cuts of the stream that was cut most`, {
      value: isProof ? most : Number.NaN,
      unit: '',
      limit: cutsPerStream,
    }),
    limited(`${name}: streams that did not come back at once`, { value: failed, unit: '', limit: 0 }),
  ]
}

export const loadRows = (name: string, report: LoadReport): Row[] => [
  beside(`${name}: requests sent`, report.sent, ''),
  beside(`${name}: of them 3 s long`, report.slow.sent, ''),
  beside(`${name}: longest gap between good answers`, report.longestGap.ms, 'ms'),
]
