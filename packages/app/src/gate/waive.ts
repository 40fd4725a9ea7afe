import type { GateWaiver } from '@towpath/domain/gate/gate.ts'
import { gates } from '@towpath/domain/gate/gates.ts'
import { watchedGates } from '@towpath/domain/watch/watched-gates.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'

export interface WaiveInput {
  environment: string
  gate: string
  release: string | null
  owner: string
  reason: string
  expiresAt: string
}

/** Lays a waiver over one gate until it expires; the gate's own answer stays visible under it. */
export async function waiveGate(
  installation: Installation,
  caller: Caller,
  input: WaiveInput,
): Promise<GateWaiver> {
  requirePermission(caller, 'waive', input.environment)
  checkWaiver(input, installation.now())
  const { environment, ...waiver } = input
  await installation.store.append({
    type: 'gate.waived',
    actor: caller.principal.name,
    idem: installation.newId('waiver'),
    environment,
    ...(input.release === null ? {} : { release: input.release }),
    ...(caller.request === undefined ? {} : { request: caller.request }),
    data: { waiver },
  })
  return waiver
}

function checkWaiver(input: WaiveInput, now: string): void {
  const known = [...new Set([...gates, ...watchedGates].map((gate) => gate.name))]
  if (!known.includes(input.gate))
    throw new TowpathError({
      code: 'GATE_UNKNOWN',
      kind: 'usage',
      message: `There is no gate ${input.gate}.`,
      hint: `Gates: ${known.join(', ')}. Nothing was changed.`,
    })
  if (!(Date.parse(input.expiresAt) > Date.parse(now)))
    throw new TowpathError({
      code: 'WAIVER_EXPIRED',
      kind: 'usage',
      message: `A waiver must end in the future, and ${input.expiresAt} does not.`,
      hint: 'Give --expires, e.g. --expires 7d. Nothing was changed.',
    })
}
