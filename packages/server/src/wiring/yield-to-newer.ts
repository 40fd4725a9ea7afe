import type { Edge } from '@towpath/app/ports/edge.ts'
import type { HostClaims } from '@towpath/app/ports/host-claims.ts'
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

/** The same for what a host remembers of its controllers, which each of them asks before it acts there. */
export const endWhereNewer = (claims: HostClaims, onNewer: (reason: string) => void): HostClaims => ({
  replace: async (expected, claim) => {
    const answer = await claims.replace(expected, claim)
    const fence = answer.replaced ? undefined : answer.found?.fence
    if (fence !== undefined && fence > claim.fence)
      onNewer(`A host obeys a newer controller (fence ${fence}, ours is ${claim.fence}).`)
    return answer
  },
})
