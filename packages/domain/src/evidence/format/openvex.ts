import { z } from 'zod'
import { vexStatuses } from '../../advisory/waiver.ts'
import { counted } from '../counted.ts'
import { issueIn } from '../issue-in.ts'
import type { DocumentReading } from '../read-document.ts'

const text = z.string().max(10_000)

const vex = z.looseObject({
  '@context': z.string().regex(/^https:\/\/openvex\.dev\/ns(?:\/v\d+\.\d+\.\d+)?$/),
  '@id': text.min(1),
  author: text.min(1),
  timestamp: z.iso.datetime({ offset: true }),
  version: z.union([z.int(), text]),
  tooling: text.optional(),
  statements: z
    .array(
      z.looseObject({
        vulnerability: z.union([text, z.looseObject({ name: text.min(1) })]),
        status: z.enum(vexStatuses),
      }),
    )
    .min(1)
    .max(50_000),
})

/** An OpenVEX document. It is kept and shown; what lets a finding pass is a waiver with an owner and an end. */
export function readOpenVex(document: object): DocumentReading {
  const read = vex.safeParse(document)
  if (!read.success) return { ok: false, problem: `it is no OpenVEX document: ${issueIn(read.error)}` }
  const { statements, tooling, author } = read.data
  return {
    ok: true,
    format: 'openvex',
    kind: 'vex',
    facts: { statements: statements.length },
    images: [],
    tool: { name: (tooling ?? author).slice(0, 200), version: '' },
    summary: `${counted(statements.length, 'statement')} by ${author.slice(0, 100)}`,
  }
}
