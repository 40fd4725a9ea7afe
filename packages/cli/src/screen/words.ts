import type { StepStatus } from '@towpath/domain/deployment/describe-step.ts'
import type { Outcome } from '@towpath/domain/environment/environment-state.ts'
import type { GateResult } from '@towpath/domain/gate/gate.ts'
import type { WouldHave } from '@towpath/domain/watch/observed-deployment.ts'
import type { Span, Style } from './line.ts'
import { span } from './line.ts'

interface Sign {
  glyph: string
  word: string
  style: Style
}

/** Every state has a glyph, a word and a colour, in that order of importance. */
export const stepSigns: Readonly<Record<StepStatus, Sign>> = {
  done: { glyph: '✔', word: 'done', style: 'good' },
  now: { glyph: '●', word: 'now', style: 'running' },
  next: { glyph: '○', word: 'next', style: 'quiet' },
  failed: { glyph: '✖', word: 'failed', style: 'bad' },
}

export const outcomeSigns: Readonly<Record<Outcome, Sign>> = {
  live: { glyph: '✔', word: 'live', style: 'good' },
  refused: { glyph: '✖', word: 'refused', style: 'bad' },
  'rolled-back': { glyph: '↺', word: 'rolled back', style: 'warning' },
  aborted: { glyph: '↺', word: 'aborted', style: 'warning' },
  superseded: { glyph: '○', word: 'superseded', style: 'quiet' },
  failed: { glyph: '✖', word: 'failed', style: 'bad' },
}

/** What would have become of a deployment that Towpath only watched. */
export const wouldSigns: Readonly<Record<WouldHave, Sign>> = {
  blocked: { glyph: '✖', word: 'blocked', style: 'bad' },
  'taken-back': { glyph: '↺', word: 'taken back', style: 'warning' },
  'let-through': { glyph: '✔', word: 'let through', style: 'good' },
  undecided: { glyph: '?', word: 'left to a person', style: 'warning' },
  'being-judged': { glyph: '●', word: 'being judged', style: 'running' },
}

export const gateSigns: Readonly<Record<GateResult['answer'] | 'waived', Sign>> = {
  pass: { glyph: '✔', word: 'pass', style: 'good' },
  fail: { glyph: '✖', word: 'fail', style: 'bad' },
  unknown: { glyph: '?', word: 'unknown', style: 'bad' },
  'not-applicable': { glyph: '-', word: 'not applicable', style: 'quiet' },
  waived: { glyph: '▲', word: 'waived', style: 'warning' },
}

/** Glyph and word, padded so that what follows stands in one column. */
export const signSpan = ({ glyph, word, style }: Sign, width = 0): Span =>
  span(style, `${glyph} ${word}`.padEnd(width))
