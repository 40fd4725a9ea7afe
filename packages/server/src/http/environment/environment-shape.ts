import { z } from '@hono/zod-openapi'
import { kindShape, outcomeShape } from '../deployment/deployment-shape.ts'
import { orNull, timeShape } from '../endpoint.ts'
import { findingsSummaryShape } from '../finding/finding-shape.ts'
import { pictureShape } from '../watch/observed-shape.ts'
import { evidenceGates, gradedSeverities } from '@towpath/domain/evidence/evidence-policy.ts'
import { waiverShape } from '../gate/gate-shape.ts'

/** Who sits where; `services` by their names. */
const placementFields = {
  release: z.string(),
  deployment: z.string(),
  services: z.record(
    z.string(),
    z.strictObject({ slot: z.string(), container: z.string(), image: z.string() }),
  ),
}

const periodMs = z
  .int()
  .min(0)
  .max(90 * 86_400_000)

const places = z.array(z.string().min(1).max(500)).max(20)

/** Where images have to be built; all of each list has to hold. */
const provenanceShape = z
  .strictObject({
    repositories: places,
    workflows: places,
    refs: places,
    issuers: places,
    maxAgeMs: z
      .int()
      .min(0)
      .max(730 * 86_400_000)
      .nullable(),
  })
  .openapi('ProvenanceDemand', { description: 'For the gate provenance; absent where it is off.' })

/** What an environment asks of evidence, as its policy has it. */
export const evidencePolicyShape = z
  .strictObject({
    gates: z
      .array(z.enum(evidenceGates))
      .max(evidenceGates.length)
      .openapi({ description: 'Gates over signed evidence that are on.' }),
    severity: z.enum(gradedSeverities),
    onlyFixable: z.boolean(),
    graceMs: z.strictObject({ low: periodMs, medium: periodMs, high: periodMs, critical: periodMs }),
    dataAgeMaxMs: periodMs,
    repositoryWaivers: z.boolean(),
    provenance: provenanceShape.optional(),
  })
  .openapi('EvidencePolicy')

export const policyShape = z
  .strictObject({
    version: z.int(),
    approvals: z.int(),
    needs: z.array(z.strictObject({ environment: z.string(), bakedMs: z.int() })),
    freeze: z.array(z.string()),
    hosts: z.array(z.string()),
    evidence: evidencePolicyShape,
  })
  .openapi('Policy')

export const readinessShape = z.strictObject({
  release: z.string(),
  ready: z.boolean(),
  why: z.string(),
  at: timeShape,
})

export const watchShape = z
  .strictObject({
    by: z.string(),
    at: timeShape,
    changedAt: timeShape.openapi({ description: 'Since when what runs there runs, as far as anybody saw.' }),
    running: pictureShape,
    judging: z.string().nullable().openapi({ description: 'Observed deployment that is being judged.' }),
    observed: z.int().openapi({ description: 'How many deployments were observed.' }),
  })
  .openapi('Watch')

const certificateShape = z
  .strictObject({
    name: z.string(),
    names: z.array(z.string()),
    issuer: z.string(),
    notBefore: timeShape,
    notAfter: timeShape,
    fingerprint: z.string(),
    chain: orNull(
      z.strictObject({
        fault: z.enum(['self-signed', 'incomplete', 'untrusted', 'outdated', 'other']),
        code: z.string().openapi({ description: "OpenSSL's own name for it." }),
      }),
    ),
  })
  .openapi('ServedCertificate')

export const environmentStateShape = z
  .strictObject({
    environment: z.string(),
    seq: z.int().openapi({ description: 'The latest event of it: follow the stream after this one.' }),
    live: z.strictObject(placementFields).nullable(),
    warm: z
      .strictObject({
        ...placementFields,
        until: timeShape,
        leaving: timeShape.nullable().openapi({ description: 'Since when it only finishes what it has.' }),
      })
      .nullable()
      .openapi({ description: 'The release before, still running as the backup of the edge.' }),
    active: z.string().nullable().openapi({ description: 'Deployment that holds the environment.' }),
    queued: z.array(z.string()).openapi({ description: 'Deployments that wait, oldest first.' }),
    policy: orNull(policyShape),
    waivers: z.array(waiverShape),
    approvals: z.array(z.strictObject({ release: z.string(), by: z.array(z.string()) })),
    history: z.array(
      z.strictObject({
        deployment: z.string(),
        kind: kindShape,
        release: z.string(),
        outcome: outcomeShape,
        at: timeShape,
        bakedMs: z.int(),
      }),
    ),
    readiness: z
      .array(readinessShape)
      .openapi({ description: 'Can each kept release be taken back right now?' }),
    refused: z
      .strictObject({
        host: z.string(),
        fence: z.int().openapi({ description: 'Of the controller that acted there last.' }),
        seq: z.int().nullable().openapi({ description: 'The event that it knew.' }),
        at: timeShape,
      })
      .nullable()
      .openapi({
        description: 'A host that knows more than this ledger: nothing is done until somebody takes over.',
      }),
    drift: z.strictObject({ found: z.array(z.string()), at: timeShape }).nullable(),
    certificate: orNull(certificateShape).openapi({
      description: 'What its domain was last served with, by TLS; null where that was never seen.',
    }),
    watch: orNull(watchShape),
    findings: findingsSummaryShape.openapi({
      description: 'What is known against what is live, in numbers; null where nobody looked yet.',
    }),
    hosts: z
      .array(
        z.strictObject({
          host: z.string(),
          docker: z.string(),
          environment: z.string().openapi({ description: 'Its own name, for status, logs and rollback.' }),
          live: z.string().nullable().openapi({ description: 'The release that it keeps.' }),
          active: z.string().nullable().openapi({ description: 'Its own deployment under way.' }),
          stands: z.enum(['as-one', 'differs', 'left']).openapi({
            description:
              'Like the whole; with another release, or not back yet; or no longer one of its hosts.',
          }),
          takeAway: z.string().nullable().openapi({
            description: 'For a person on a host that is left: takes away what runs there.',
          }),
        }),
      )
      .openapi({ description: 'Its hosts in the order of deployment, where it has several; else empty.' }),
  })
  .openapi('Environment')
