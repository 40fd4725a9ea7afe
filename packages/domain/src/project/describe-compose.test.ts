import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseGoldenCases, requestOf } from './compose/goldens/golden-case.ts'
import { describeCompose } from './describe-compose.ts'

const folder = join(import.meta.dirname, 'compose/goldens')
const chapters = readdirSync(folder).filter((file) => file.endsWith('.txt'))

interface Golden {
  name: string
  model?: object
  error?: string
}

const goldensOf = (chapter: string): Golden[] =>
  JSON.parse(readFileSync(join(folder, chapter.replace('.txt', '.json')), 'utf8')) as Golden[]

describe.each(chapters)('%s: what compose-go makes of it is what we make of it', (chapter) => {
  const goldens = goldensOf(chapter)
  const cases = parseGoldenCases(readFileSync(join(folder, chapter), 'utf8'))

  test('has an answer to every case', () => {
    expect(goldens.map(({ name }) => name)).toEqual(cases.map(({ name }) => name))
  })

  test.each(cases.map((golden, index) => [golden.name, golden, goldens[index]] as const))('%s', (...row) => {
    const [, golden, expected] = row
    const request = requestOf(golden)
    const description = request === null ? REFUSED : describeCompose(request)
    // Where both refuse, each in its own words, ours say where.
    const problems = description.ok ? [] : description.problems
    const shown = description.ok ? { model: description.model } : { error: expected?.error ?? problems }
    expect({ name: golden.name, ...shown }).toEqual(expected)
    expect(
      problems.filter(({ file, line, col }) => !file.startsWith('project/') || line < 1 || col < 1),
    ).toEqual([])
  })
})

const REFUSED = { ok: false as const, problems: [] }
