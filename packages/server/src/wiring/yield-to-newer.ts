import type { Edge } from '@towpath/app/ports/edge.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/**
 * An edge whose controller ends as soon as the edge says that a newer one steers it: a copy of this installation runs on
 * another machine, and what this one knows of the host, containers included, is out of date. `onNewer` gets the reason
 * before the refusal goes on to whoever asked.
 */
export function yieldToNewer(edge: Edge, onNewer: (reason: string) => void): Edge {
  const watched = async <T>(act: Promise<T>): Promise<T> => {
    try {
      return await act
    } catch (error) {
      if (error instanceof TowpathError && error.code === 'FENCED') onNewer(error.message)
      throw error
    }
  }
  return {
    ...edge,
    ensure: (spec, wanted) => watched(edge.ensure(spec, wanted)),
    apply: (spec, wanted) => watched(edge.apply(spec, wanted)),
  }
}
