import type { Healthcheck } from '../../deployment/container.ts'
import { keyOf } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { readBoolean, readCount, readDuration, textsIn } from './scalars.ts'
import { childOf, isNull, textOf } from './tree.ts'

/** What the engine takes where the file says nothing (Docker Engine API, HealthConfig). */
const DEFAULTS = { intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, retries: 3 }

/** The healthcheck of a service; null where it has none. An empty `test` keeps the one of the image. */
export function readHealthcheck(reading: ServiceReading): Healthcheck | null {
  const check = keyOf(reading, 'healthcheck')
  if (check === undefined || isNull(check)) return null
  const { findings } = reading
  const duration = (key: string): number | undefined => readDuration(childOf(check, key), findings)
  const startInterval = childOf(check, 'start_interval')
  if (startInterval)
    findings.warn(
      startInterval.at,
      'healthcheck.start_interval has no effect here',
      'interval counts from the start.',
    )
  const disabled = readBoolean(childOf(check, 'disable'), findings) === true
  return {
    test: disabled ? ['NONE'] : readTest(reading),
    intervalMs: duration('interval') ?? DEFAULTS.intervalMs,
    timeoutMs: duration('timeout') ?? DEFAULTS.timeoutMs,
    startPeriodMs: duration('start_period') ?? DEFAULTS.startPeriodMs,
    retries: readCount(childOf(check, 'retries'), findings) ?? DEFAULTS.retries,
  }
}

function readTest(reading: ServiceReading): string[] {
  const test = childOf(keyOf(reading, 'healthcheck'), 'test')
  const text = textOf(test)
  if (text !== null) return text === '' ? [] : ['CMD-SHELL', text]
  return textsIn(test)
}
