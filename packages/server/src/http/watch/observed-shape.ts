import { z } from '@hono/zod-openapi'
import { wouldHave } from '@towpath/domain/watch/observed-deployment.ts'
import type { ObservedDeployment } from '@towpath/domain/watch/observed-deployment.ts'
import type { Picture } from '@towpath/domain/watch/picture.ts'
import { orNull, timeShape } from '../endpoint.ts'
import { gateResultShape, showGateResult } from '../gate/gate-shape.ts'

export const observedIdShape = z
  .string()
  .regex(/^obs_[a-z0-9]{8,40}$/, 'an observed deployment is named by its id, such as obs_2f8kq1zz')

const runningShape = z
  .strictObject({
    image: z
      .string()
      .openapi({ description: 'By digest; the id of an image that no registry is known to have.' }),
    named: z.string().openapi({ description: 'As the container names it.' }),
    commit: z.string().nullable(),
    version: z.string().nullable(),
    containers: z.array(z.string()),
  })
  .openapi('RunningService')

export const pictureShape = z
  .record(z.string(), runningShape)
  .openapi({ description: 'What runs, by service; one without a container is left out.' })

const judgedShape = z
  .strictObject({
    verdict: z.enum(['pass', 'fail', 'inconclusive']),
    cause: z
      .enum(['never-healthy', 'exited', 'died', 'probes-failing', 'smoke-check', 'errors', 'removed'])
      .nullable(),
    service: z.string().nullable(),
    why: z.string(),
    watchedMs: z.number(),
    numbers: z.looseObject({}),
    at: timeShape,
    seq: z.int(),
  })
  .openapi('ObservedVerdict')

export const observedShape = z
  .strictObject({
    id: z.string(),
    environment: z.string(),
    at: timeShape.openapi({ description: 'When what runs had come to rest.' }),
    seq: z.int(),
    kind: z.enum(['deploy', 'rollback', 'recreate', 'removal']),
    release: z.string().nullable().openapi({ description: 'Release of the ledger that these images are.' }),
    services: z.array(z.string()).openapi({ description: 'Services that changed.' }),
    from: pictureShape,
    to: pictureShape,
    formedMs: z
      .number()
      .openapi({ description: 'From the first sign of the change until it had come to rest.' }),
    lastSeenAt: timeShape.nullable().openapi({
      description: 'The last look before it; null where there was none since the server started.',
    }),
    would: z.enum(['blocked', 'taken-back', 'let-through', 'undecided', 'being-judged']),
    reasons: z.array(z.string()),
    gates: z.strictObject({
      passed: z.boolean(),
      facts: z.string().openapi({ description: 'SHA-256 of the facts they were asked about.' }),
      results: z.array(gateResultShape),
    }),
    judged: orNull(judgedShape),
  })
  .openapi('ObservedDeployment')

export const showPicture = (picture: Picture): z.infer<typeof pictureShape> =>
  Object.fromEntries(
    Object.entries(picture).map(([service, { image, named, commit, version, containers }]) => [
      service,
      { image, named, commit, version, containers: containers.map(({ name }) => name) },
    ]),
  )

export const showObserved = (state: ObservedDeployment): z.infer<typeof observedShape> => ({
  id: state.id,
  environment: state.environment,
  at: state.at,
  seq: state.seq,
  kind: state.kind,
  release: state.release,
  services: state.services,
  from: showPicture(state.from),
  to: showPicture(state.to),
  formedMs: state.formedMs,
  lastSeenAt: state.lastSeenAt,
  ...wouldHave(state),
  gates: {
    passed: state.gates.passed,
    facts: state.gates.facts,
    results: state.gates.results.map(showGateResult),
  },
  judged: state.judged,
})
