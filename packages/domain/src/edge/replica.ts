import { slotNames } from './slots.ts'

/** Containers of one service that may serve at once: every slot but the spare one, through which they are replaced. */
export const replicasMax = slotNames.length - 1

/**
 * The key under which a replica has its place: the service's own name for the first (`frontend`), which is the only one
 * of most services, and `frontend#2`, `frontend#3` for those that follow. What the edge knows is the service.
 *
 * @param index from 0.
 */
export const replicaKey = (service: string, index: number): string =>
  index === 0 ? service : `${service}#${index + 1}`

/** `frontend#2` -> `frontend`. */
export const serviceOf = (key: string): string => key.split('#', 1)[0] ?? key

export const isFirstReplica = (key: string): boolean => serviceOf(key) === key

/** The services of these keys, each once, in their order. */
export const servicesOf = (keys: readonly string[]): string[] => [...new Set(keys.map(serviceOf))]
