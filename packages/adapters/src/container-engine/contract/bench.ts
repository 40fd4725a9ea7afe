import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import type { ContainerSpec, NetworkSpec } from '@towpath/domain/deployment/container.ts'
import { expect } from 'vitest'
import { INSTALLATION_LABEL } from '../labels.ts'

/** What a container of the suite does; each engine knows how to write it as a command. */
export type Deed = { runs: true } | { exits: number } | { prints: string }

export interface EngineUnderTest {
  engine: ContainerEngine
  /** An image on the host, and a well-formed reference that no registry has. */
  image: string
  missingImage: string
  command: (deed: Deed) => string[]
  /** On everything that is not ours, so that it is found again for the cleaning. */
  strangerLabels: Record<string, string>
  /** Makes a running container that is not ours. */
  addForeign(
    name: string,
    networks: { network: string; aliases: string[] }[],
    more?: Pick<Partial<ContainerSpec>, 'labels' | 'restart' | 'environment'>,
  ): Promise<void>
  close(): Promise<void>
}

/** Value of the secret `TOKEN`, which every engine under test is given. */
export const CONTRACT_SECRET = 'correct-horse-battery'

/** Given to every case: the engine, and specs with names and labels of this run alone. */
export interface Bench {
  under: EngineUnderTest
  name: (suffix: string) => string
  spec: (suffix: string, deed: Deed, more?: Partial<ContainerSpec>) => ContainerSpec
  network: (suffix: string, more?: Partial<NetworkSpec>) => NetworkSpec
}

export function benchFor(under: EngineUnderTest, runId: string): Bench {
  const name = (suffix: string) => `${runId}-${suffix}`
  const labels = { [INSTALLATION_LABEL]: runId }
  return {
    under,
    name,
    spec: (suffix, deed, more = {}) => ({
      name: name(suffix),
      image: under.image,
      command: under.command(deed),
      entrypoint: null,
      environment: {},
      labels: { ...labels, 'contract.case': suffix },
      mounts: [],
      networks: [],
      ports: [],
      restart: { name: 'no' },
      healthcheck: null,
      settings: {},
      ...more,
    }),
    network: (suffix, more = {}) => ({
      name: name(suffix),
      driver: 'bridge',
      internal: false,
      labels,
      options: {},
      external: false,
      ...more,
    }),
  }
}

/** Matches an error by its code. */
export const withCode = (code: string) => expect.objectContaining({ code })
