import { z } from '@hono/zod-openapi'
import { timeShape } from '../endpoint.ts'
import { gateResultShape } from '../gate/gate-shape.ts'

export const kindShape = z.enum(['deploy', 'promote', 'rollback']).openapi('DeploymentKind')

export const outcomeShape = z
  .enum(['live', 'refused', 'rolled-back', 'aborted', 'superseded', 'failed'])
  .openapi('Outcome')

const stateShape = z.enum(['waiting', 'running', 'going-back', 'finished']).openapi('DeploymentState')

const summaryFields = {
  id: z.string(),
  kind: kindShape,
  environment: z.string(),
  release: z.string(),
  author: z.string().openapi({ description: 'Who made the release.' }),
  requestedBy: z.string(),
  requestedAt: timeShape,
  reason: z.string(),
  state: stateShape,
  outcome: outcomeShape.nullable().openapi({ description: 'Null until it is finished.' }),
  startedAt: timeShape.nullable(),
  finishedAt: timeShape.nullable(),
  seq: z.int().openapi({ description: 'The latest event of it: follow the stream after this one.' }),
}

/** A deployment as listings show it. */
export const summaryShape = z.strictObject(summaryFields).openapi('DeploymentSummary')

export const stepShape = z
  .strictObject({
    step: z.string().openapi({ description: 'Its key in the ledger.' }),
    does: z.string(),
    state: z.enum(['done', 'current', 'failed', 'ahead']),
    at: timeShape.nullable(),
    seq: z.int().nullable(),
  })
  .openapi('Step')

const failureShape = z.strictObject({
  step: z.string(),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  logTail: z.string(),
  at: timeShape,
})

export const deploymentShape = z
  .strictObject({
    ...summaryFields,
    schemaAccepted: z.string().nullable(),
    waitsFor: z.string().nullable().openapi({ description: 'Why it has not started yet.' }),
    steps: z.array(stepShape).openapi({ description: 'What is done, what is under way, and what is still ahead.' }),
    gates: z.strictObject({ passed: z.boolean(), at: timeShape, results: z.array(gateResultShape) }).nullable(),
    failure: failureShape.nullable(),
    abort: z.strictObject({ by: z.string(), at: timeShape, reason: z.string() }).nullable(),
    finishReason: z.string().nullable(),
    services: z.array(z.strictObject({ service: z.string(), image: z.string(), slot: z.string().nullable() })),
    fence: z.int().nullable(),
  })
  .openapi('Deployment')
