import { z } from '@hono/zod-openapi'
import type { GateResult } from '@towpath/domain/gate/gate.ts'
import { gates } from '@towpath/domain/gate/gates.ts'
import { watchedGates } from '@towpath/domain/watch/watched-gates.ts'
import { orNull, timeShape } from '../endpoint.ts'

/** Read from the list of gates: a gate added there is a value here, with no other change. */
export const gateNameShape = z
  .enum([...new Set([...gates, ...watchedGates].map((gate) => gate.name))])
  .openapi('GateName')

export const waiverShape = z
  .strictObject({
    gate: z.string(),
    owner: z.string(),
    reason: z.string(),
    expiresAt: timeShape,
    release: z.string().nullable().openapi({ description: 'Null holds for every release until it expires.' }),
  })
  .openapi('Waiver')

/** The gate's name is a plain text here: what was recorded once may name a gate that is no more. */
export const gateResultShape = z
  .strictObject({
    gate: z.string(),
    title: z.string(),
    answer: z.enum(['pass', 'fail', 'unknown', 'not-applicable']),
    why: z.string(),
    fix: z.string().nullable(),
    waiver: orNull(waiverShape),
    waivers: z
      .array(
        z
          .strictObject({
            advisory: z.string(),
            package: z.string(),
            owner: z.string(),
            reason: z.string(),
            expires: z.iso.date(),
          })
          .openapi('UsedWaiver'),
      )
      .openapi({
        description: "Waivers of the repository that let findings pass, under the gate's own answer.",
      }),
  })
  .openapi('GateResult')

export const showGateResult = (result: GateResult): z.infer<typeof gateResultShape> => ({
  gate: result.gate,
  title: result.title,
  answer: result.answer,
  why: result.why,
  fix: 'fix' in result ? result.fix : null,
  waiver: result.waiver,
  waivers: result.waivers ?? [],
})
