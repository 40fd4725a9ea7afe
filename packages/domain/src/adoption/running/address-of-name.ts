import type { FoundContainer } from './found-container.ts'

type Named = Pick<FoundContainer, 'name' | 'status' | 'networks'>

/**
 * Where its host reaches the container that others of a project know by this name, as an IPv4 address: the name server of
 * a network answers its containers alone. Null where none that runs has the name, or more than one.
 */
export function addressOfName(found: readonly Named[], name: string): string | null {
  const addresses = found
    .filter(({ status }) => status === 'running')
    .flatMap((container) => {
      const places = Object.values(container.networks).filter(({ address }) => address !== '')
      const isMeant = container.name === name || places.some(({ aliases }) => aliases.includes(name))
      return isMeant ? places.slice(0, 1).map(({ address }) => address) : []
    })
  const [only, ...others] = addresses
  return only === undefined || others.length > 0 ? null : only
}
