import type { AttestationVerifier } from './ports/attestation-verifier.ts'
import type { CertificateProbe } from './ports/certificate-probe.ts'
import type { ComposeReader } from './ports/compose-reader.ts'
import type { ContainerEngine, RegistryCredentials } from './ports/container-engine.ts'
import type { DatabaseProbe } from './ports/database-probe.ts'
import type { Edge } from './ports/edge.ts'
import type { HostClaims } from './ports/host-claims.ts'
import type { HostReader } from './ports/host-files.ts'
import type { HttpProbe } from './ports/http-probe.ts'
import type { Registry } from './ports/registry.ts'
import type { SecretStore } from './ports/secret-store.ts'
import type { Log } from './ports/log.ts'
import type { EvidenceKey } from '@towpath/store/ledger/ledger-key.ts'
import type { Store } from '@towpath/store/store.ts'

/** Values that fill placeholders when a container is created, by secret name. */
export type SecretValues = ReadonlyMap<string, string>

/** Everything a use case may reach: the ledger, the outside through ports, the clock and chance. Wired in one place. */
export interface Installation {
  id: string
  store: Store
  /** Signs and checks statements of evidence; the private half never leaves it. */
  evidenceKey: EvidenceKey
  /** Engine of a host address (see `parseHostAddress`), creating containers with these secrets. */
  engineOf(docker: string, secrets: SecretValues): ContainerEngine
  /** Edge of a host address. */
  edgeOf(docker: string): Edge
  /** Asks databases from where a host address is, not from here. */
  databaseOf(docker: string): DatabaseProbe
  /** Asks containers of a host address by their own addresses; for hosts where no edge of ours stands. */
  probeOf(docker: string): HttpProbe
  /** What a host remembers of controllers; null for the engine of this machine, which no other one reaches. */
  claimsOf(docker: string): HostClaims | null
  /** By the roots of trust that this server was started with. */
  attestations: AttestationVerifier
  /** Files of the machine of a host address. */
  filesOf(docker: string): HostReader
  /** Asks public names from here, as anybody would. */
  certificates: CertificateProbe
  compose: ComposeReader
  registry: Registry
  secrets: SecretStore
  log: Log
  /** RFC 3339, UTC. */
  now: () => string
  /** Milliseconds that only grow: durations survive a change of the wall clock. */
  elapsedMs: () => number
  newId: (prefix: string) => string
  sha256: (text: string) => string
  /** Image of the edge's container. */
  edgeImage: string
  /** Grows with every controller that took the installation; hosts refuse an older one. */
  fence: number
  /** Wakes runners after an append; a hint, never the only way they learn of it. */
  wake: Wake
  /** One at a time per environment, for acts on its edge that must not overtake each other. */
  inTurn: <T>(environment: string, act: () => Promise<T>) => Promise<T>
  /** Told around every step, for tracing and for tests that kill the process at a point of their choice. */
  watchStep: StepWatcher
  /** Periods of the standing loops, in ms. */
  periods: { reconcileMs: number; pollMs: number }
}

/** `before` the act, once it `acted` but nothing is recorded, and once it is `recorded`. */
export type StepMoment = 'before' | 'acted' | 'recorded'

export type StepWatcher = (moment: StepMoment, at: { deployment: string; step: string }) => Promise<void>

export interface Wake {
  ring(): void
  /** Resolves on the next ring or after the time, whichever is first. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export type { RegistryCredentials }
