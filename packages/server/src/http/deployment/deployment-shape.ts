import { z } from '@hono/zod-openapi'
import { orNull, timeShape } from '../endpoint.ts'
import { gateResultShape } from '../gate/gate-shape.ts'

export const kindShape = z
  .enum(['deploy', 'promote', 'rollback', 'adopt', 'import'])
  .openapi('DeploymentKind')

export const outcomeShape = z
  .enum(['live', 'refused', 'rolled-back', 'aborted', 'superseded', 'failed'])
  .openapi('Outcome')

const stateShape = z.enum(['waiting', 'running', 'going-back', 'finished']).openapi('DeploymentState')

const failureShape = z
  .strictObject({
    step: z.string(),
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    logTail: z.string(),
    at: timeShape,
  })
  .openapi('StepFailure')

const verdictWord = z.enum(['pass', 'fail', 'inconclusive']).openapi('VerdictWord')

const verdictShape = z
  .strictObject({
    step: z.string(),
    verdict: verdictWord,
    why: z.string().openapi({ description: 'The numbers as a person reads them.' }),
    by: z.enum(['traffic', 'probes']),
    timeHelps: z.boolean(),
    isSuspect: z.boolean(),
    perMyriad: z.int().openapi({ description: 'Share of the candidate, in ten-thousandths.' }),
    watchedMs: z.number(),
    at: timeShape,
    seq: z.int(),
    services: z.array(
      z.strictObject({
        service: z.string(),
        release: z.string(),
        against: z.string().nullable(),
        mode: z.enum(['concurrent', 'sequential']),
        verdict: verdictWord,
        why: z.string(),
        numbers: z.looseObject({}),
      }),
    ),
  })
  .openapi('Verdict')

const summaryFields = {
  id: z.string(),
  kind: kindShape,
  environment: z.string(),
  release: z.string(),
  author: z.string().openapi({ description: 'Who made the release.' }),
  requestedBy: z.string(),
  requestedAt: timeShape,
  reason: z.string(),
  schemaAccepted: z.string().nullable(),
  state: stateShape,
  outcome: orNull(outcomeShape).openapi({ description: 'Null until it is finished.' }),
  done: z
    .record(z.string(), z.strictObject({ seq: z.int(), at: timeShape }))
    .openapi({ description: 'Finished steps by their key.' }),
  verdicts: z
    .record(z.string(), verdictShape)
    .openapi({ description: 'Verdicts by the step that reached them, as in the event verdict.reached.' }),
  resumed: z
    .record(z.string(), z.strictObject({ by: z.string(), at: timeShape, reason: z.string() }))
    .openapi({ description: 'Inconclusive steps that a person went on from.' }),
  failure: orNull(failureShape),
  abort: z.strictObject({ by: z.string(), at: timeShape, seq: z.int(), reason: z.string() }).nullable(),
  finished: z.strictObject({ outcome: outcomeShape, reason: z.string(), at: timeShape }).nullable(),
  seq: z.int().openapi({ description: 'The latest event of it: follow the stream after this one.' }),
}

/** A deployment as listings show it. */
export const summaryShape = z.strictObject(summaryFields).openapi('DeploymentSummary')

export const stepShape = z
  .strictObject({
    step: z.string().openapi({ description: 'Its key in the ledger.' }),
    title: z.string(),
    status: z.enum(['done', 'now', 'next', 'failed']),
    seq: z.int().nullable(),
    at: timeShape.nullable(),
  })
  .openapi('Step')

const gatesShape = z.strictObject({
  passed: z.boolean(),
  facts: z.string().openapi({ description: 'SHA-256 of the facts they were asked about.' }),
  at: timeShape,
  results: z.array(gateResultShape),
})

export const deploymentShape = z
  .strictObject({
    ...summaryFields,
    waitsFor: z.string().nullable().openapi({ description: 'Why it has not started yet.' }),
    steps: z
      .array(stepShape)
      .openapi({ description: 'What is done, what is under way, and what is still ahead.' }),
    gates: gatesShape.nullable(),
    subnet: z.string().nullable(),
    start: z
      .looseObject({ at: timeShape, fence: z.int() })
      .nullable()
      .openapi({ description: 'What it was given when its turn came, as in the event deployment.started.' }),
    plan: z
      .looseObject({})
      .openapi({ description: 'Its plan, as in the event deployment.requested; secrets are placeholders.' }),
    pins: z.strictObject({
      snapshot: z.string(),
      model: z.string(),
      config: z.string(),
      policyVersion: z.int(),
    }),
  })
  .openapi('Deployment')
