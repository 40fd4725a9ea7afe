import { z } from '@hono/zod-openapi'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { timeShape } from '../endpoint.ts'

export const eventShape = z
  .strictObject({
    seq: z.int().openapi({ description: 'Its place in the ledger; no gaps.' }),
    at: timeShape,
    type: z.string(),
    actor: z.string(),
    idem: z.string(),
    request: z.string().optional(),
    environment: z.string().optional(),
    release: z.string().optional(),
    deployment: z.string().optional(),
    service: z.string().optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi('LedgerEvent')

/** An event as it leaves the server: everything but the hash of a principal's token. */
export function showEvent(event: LedgerEvent): z.infer<typeof eventShape> {
  if (event.type !== 'principal.added') return { ...event, data: { ...event.data } }
  const { tokenHash: _, ...principal } = event.data.principal
  return { ...event, data: { principal } }
}
