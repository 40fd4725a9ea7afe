import sax from 'sax'
import type { TestFacts } from '../facts.ts'
import { counted } from '../counted.ts'
import type { DocumentReading } from '../read-document.ts'

const DEPTH_MAX = 64

/** Test results as JUnit writes them, counted case by case: the totals that a file claims are not believed. */
export function readJunit(text: string): DocumentReading {
  const tally = new Tally()
  const xml = sax.parser(true)
  // Neither entities nor a DTD are needed, and both are how small files become large ones.
  xml.ondoctype = () => tally.refuse('it brings a document type of its own')
  xml.onopentag = ({ name, attributes }) => tally.enter(name, attributes['name'])
  xml.onclosetag = () => tally.leave()
  try {
    // Without a handler of its own, a mistake is kept, and thrown by the next call.
    xml.write(text).write('')
    tally.end()
  } catch (thrown) {
    tally.refuse(`it is no XML: ${thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : ''}`)
  }
  const { facts, problem, title } = tally
  if (problem !== null) return { ok: false, problem }
  return {
    ok: true,
    format: 'junit',
    kind: 'tests',
    facts,
    images: [],
    tool: { name: title.slice(0, 200), version: '' },
    summary: `${counted(facts.tests, 'test')}, ${facts.failures} failed, ${facts.errors} with errors, ${facts.skipped} skipped`,
  }
}

class Tally {
  readonly facts: TestFacts = { tests: 0, failures: 0, errors: 0, skipped: 0 }
  problem: string | null = null
  /** Name of the outermost suite that has one. */
  title = 'unknown'
  readonly #open: string[] = []
  #isBegun = false

  refuse(problem: string): void {
    this.problem ??= problem
  }

  enter(name: string, title: unknown): void {
    const parent = this.#open.at(-1)
    this.#open.push(name)
    if (this.#open.length > DEPTH_MAX) this.refuse('it is nested too deeply')
    if (parent === undefined) this.#begin(name)
    if (this.#open.length <= 2 && this.title === 'unknown' && typeof title === 'string') this.title = title
    if (name === 'testcase') this.facts.tests += 1
    // What stands beside the cases, such as an error of the whole suite, counts too.
    if (parent === 'testcase' || parent === 'testsuite') this.#count(name, parent)
  }

  leave(): void {
    this.#open.pop()
  }

  /** The parser forgets a mistake at the very end, so what is left open is looked at here. */
  end(): void {
    if (!this.#isBegun || this.#open.length > 0) this.refuse('it is no XML: it ends too early')
  }

  #begin(name: string): void {
    this.#isBegun = true
    if (name !== 'testsuites' && name !== 'testsuite')
      this.refuse(`it begins with ${name.slice(0, 40)}, and no test suite`)
  }

  #count(name: string, parent: string): void {
    if (name === 'failure') this.facts.failures += 1
    if (name === 'error') this.facts.errors += 1
    if (name === 'skipped' && parent === 'testcase') this.facts.skipped += 1
  }
}
