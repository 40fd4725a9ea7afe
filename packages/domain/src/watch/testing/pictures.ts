import type { Picture, RunningService } from '../picture.ts'

/** A service running the nth image in these containers. */
export const running = (nth: number, ids: readonly number[]): RunningService => ({
  image: `r/web@sha256:${String(nth).padStart(64, '0')}`,
  named: `r/web:${nth}`,
  commit: null,
  version: null,
  configHash: null,
  containers: ids.map((id) => ({ name: `web-${id}`, id: `id-${id}` })),
})

/** A picture from image numbers and container numbers by service. */
export const pictureOf = (services: Record<string, { nth: number; ids: number[] }>): Picture =>
  Object.fromEntries(Object.entries(services).map(([name, { nth, ids }]) => [name, running(nth, ids)]))
