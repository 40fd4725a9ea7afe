import type { z } from 'zod'

/** Where the first thing is that is not as it should be, and what. */
export function issueIn({ issues: [issue] }: z.ZodError): string {
  return issue === undefined
    ? 'something is amiss'
    : `${issue.path.join('.') || 'the whole'}: ${issue.message}`
}
