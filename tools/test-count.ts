/** What a part of the test run came to. `skipped` names each skipped test with its reason. */
export interface TestCount {
  passed: number
  failed: number
  skipped: string[]
}

/** The shapes of vitest's report that the count reads. */
export interface CountedTest {
  fullName: string
  result: () => { state: string; note?: string | undefined }
}
export interface CountedModule {
  relativeModuleId: string
  state: () => string
  children: { allTests: () => Iterable<CountedTest> }
}

const countModule = (module: CountedModule): TestCount => {
  const count: TestCount = { passed: 0, failed: 0, skipped: [] }
  for (const test of module.children.allTests()) {
    const { state, note } = test.result()
    if (state === 'passed') count.passed += 1
    else if (state === 'skipped')
      count.skipped.push(`${test.fullName}${note === undefined ? '' : ` (${note})`}`)
    else count.failed += 1
  }
  // A file that does not load, or whose hook fails, has no failed test to show for it.
  if (module.state() !== 'passed' && module.state() !== 'skipped' && count.failed === 0) count.failed = 1
  return count
}

export const addCounts = (counts: TestCount[]): TestCount => ({
  passed: counts.reduce((total, { passed }) => total + passed, 0),
  failed: counts.reduce((total, { failed }) => total + failed, 0),
  skipped: counts.flatMap(({ skipped }) => skipped),
})

/** Counts a vitest run. An unhandled error, a broken file and a test that never ended each count as failed. */
export const countTests = (modules: Iterable<CountedModule>, unhandledErrors: number): TestCount =>
  addCounts([...Array.from(modules, countModule), { passed: 0, failed: unhandledErrors, skipped: [] }])

/** The one line every test run ends with. */
export const summaryLine = ({ passed, failed, skipped }: TestCount): string =>
  `${passed} passed, ${failed} failed, ${skipped.length} skipped`
