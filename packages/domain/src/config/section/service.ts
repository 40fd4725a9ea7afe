import { z } from 'zod'
import { parseStatusRange, STATUS_RANGE_PATTERN } from '../status-range.ts'
import {
  composeKey,
  duration,
  flag,
  isName,
  isRepository,
  port,
  repository,
  section,
  text,
  urlPath,
  wholeNumber,
} from './field.ts'

const health = section({
  path: urlPath().describe('Asked through the edge; a release takes traffic only once it answers.'),
  port: port().describe('Port inside the container, for health and for traffic.'),
  within: duration('1s', '1h').default('60s').describe('Longest wait for the first good answer.'),
  interval: duration('50ms', '1m').default('500ms').describe('Time between two questions.'),
  timeout: duration('50ms', '1m').default('2s').describe('Longest wait for one answer.'),
  status: z
    .union([wholeNumber(100, 599), text('a range', STATUS_RANGE_PATTERN, '200-399')], {
      error: "a status such as 200, or a range such as '200-399'",
    })
    .refine((value) => parseStatusRange(value) !== null, {
      error: 'runs from a higher status to a lower one',
    })
    .default('200-399')
    .describe('Statuses that count as healthy.'),
})

/** One question to the new release before the switch. */
export const smokeCheck = section({
  path: urlPath().describe('Path to ask.'),
  method: z
    .enum(['GET', 'HEAD'], { error: 'GET or HEAD' })
    .default('GET')
    .describe('GET or HEAD: a check changes nothing.'),
  status: wholeNumber(100, 599).default(200).describe('The one status expected.'),
  contains: z
    .string({ error: 'text that the body must hold' })
    .min(1)
    .optional()
    .describe('Text that the body must hold.'),
  headers: z
    .record(
      text('the name of a header', /^[A-Za-z0-9-]{1,64}$/, 'Accept'),
      text('one line of text', /^[^\r\n\0]{0,1024}$/, 'text/html'),
      { error: 'a map of headers' },
    )
    .default({})
    .describe('Headers to send.'),
  timeout: duration('50ms', '1m').default('5s').describe('Longest wait for the answer.'),
})

/** A service that takes traffic. */
export const service = section({
  compose: composeKey().describe('Its key in the compose file.'),
  job: z
    .literal(false, { error: 'true for a job' })
    .optional()
    .describe('false, or left out: it takes traffic.'),
  image: repository().describe('Where its builds are, without tag or digest.'),
  health: health.describe('How to know that it works.'),
  single: flag()
    .default(false)
    .describe('true where one instance at a time may serve: it keeps streams or state in memory.'),
  connections: wholeNumber(1, 100_000)
    .optional()
    .describe(
      'Connections to the database that one instance opens at most, so that a plan can tell whether two fit.',
    ),
  smoke: z
    .array(z.union([urlPath(), smokeCheck], { error: "a path such as '/' or a map with path" }), {
      error: 'a list of checks',
    })
    .max(50, { error: 'a list of at most 50 checks' })
    .default([])
    .describe(
      'Asked on the new release before the switch, without traffic. A path alone expects a GET to answer 200.',
    ),
})

const JOB_IMAGE = 'the name of a service in this file, or a repository without tag or digest'

/** A one-shot service. */
export const job = section({
  compose: composeKey().describe('Its key in the compose file.'),
  job: z
    .literal(true, { error: 'true' })
    .describe('true: it runs once per deployment before the switch, never on the way back.'),
  image: z
    .string({ error: JOB_IMAGE })
    .refine((value) => isName(value) || isRepository(value), { error: `must be ${JOB_IMAGE}` })
    .meta({ title: JOB_IMAGE, examples: ['backend'] })
    .describe('The service whose build it uses, or a repository of its own.'),
  within: duration('1s', '24h').default('10m').describe('Longest time it may run.'),
  migrates: flag()
    .default(false)
    .describe('true where it changes the database schema: the plan then says what a way back costs.'),
})

export const serviceOrJob = z.discriminatedUnion('job', [service, job], {
  error: 'a service (no job key) or a job (job: true)',
})
