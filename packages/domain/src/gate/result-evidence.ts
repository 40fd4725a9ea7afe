import { counted } from '../evidence/counted.ts'
import type { EvidenceGate } from '../evidence/evidence-policy.ts'
import type { BillFacts, ResultFacts, TestFacts } from '../evidence/facts.ts'
import { fail, pass, unknown } from './answers.ts'
import { evidenceGate } from './evidence-gate.ts'
import type { Gate, GateAnswer } from './gate.ts'

/** Each image comes with a bill of what is in it. */
export const sbomPresent: Gate = evidenceGate<BillFacts>({
  name: 'sbom-present',
  title: 'every image has a bill of materials',
  subjectsOf: ({ evidence }) =>
    evidence.images.map(({ image, services, sbom }) => ({ subject: image, services, seen: sbom })),
  redo: (image) =>
    `towpath sbom image.tar -o sbom.cdx.json; towpath evidence add sbom.cdx.json --image ${image}`,
  judge: ({ components, isIncomplete }, _asked, { subject }) => {
    const again = `make it again where the whole image can be read, then: towpath evidence add sbom.cdx.json --image ${subject}`
    if (components === 0) return unknown('its bill of materials lists nothing', again)
    return isIncomplete
      ? unknown(`its bill of materials says itself that it is not all (${components} listed)`, again)
      : pass(`${counted(components, 'component')} listed`)
  },
})

/** Actions by commit, base images by digest. */
export const pinningGate: Gate = resultGate({
  name: 'pinning',
  title: 'actions are pinned by commit and base images by digest',
  redo: (commit) =>
    `pin them, then: towpath pinning --json > pinning.json; towpath evidence add pinning.json --commit ${commit}`,
  clean: 'everything is pinned',
})

/** Nobody committed a secret in the range that was looked through. */
export const secretsGate: Gate = resultGate({
  name: 'secrets',
  title: 'no secret was committed',
  redo: (commit) =>
    `towpath secrets scan --json > secrets.json; towpath evidence add secrets.json --commit ${commit}`,
  clean: 'no secret was found',
})

/** Any tool's SARIF. */
export const staticAnalysisGate: Gate = resultGate({
  name: 'static-analysis',
  title: 'static analysis found nothing that counts',
  redo: (commit) => `towpath evidence add RESULT.sarif --commit ${commit}`,
  clean: 'nothing counts',
})

/** Any runner's JUnit file. */
export const testsGate: Gate = evidenceGate<TestFacts>({
  name: 'tests',
  title: 'the tests ran and passed',
  subjectsOf: ({ evidence }) =>
    evidence.commits.map(({ commit, services, tests }) => ({ subject: commit, services, seen: tests })),
  redo: (commit) => `towpath evidence add junit.xml --commit ${commit}`,
  judge: ({ tests, failures, errors, skipped }, _asked, { subject }) => {
    const fix = `mend them, then: towpath evidence add junit.xml --commit ${subject}`
    if (failures + errors > 0) return fail(`${failures + errors} of ${counted(tests, 'test')} failed`, fix)
    if (tests - skipped <= 0) return unknown('no test ran', fix)
    return pass(`${counted(tests - skipped, 'test')} passed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  },
})

function resultGate(given: {
  name: EvidenceGate & ('pinning' | 'secrets' | 'static-analysis')
  title: string
  redo: (commit: string) => string
  clean: string
}): Gate {
  const { name, title, redo, clean } = given
  return evidenceGate<ResultFacts>({
    ...{ name, title, redo },
    subjectsOf: ({ evidence }) =>
      evidence.commits.map((one) => ({ subject: one.commit, services: one.services, seen: one[name] })),
    judge: (facts, _asked, { subject }) => judgeResults(facts, { clean, redo: redo(subject) }),
  })
}

function judgeResults(
  { open, suppressed, examples, unknowns }: ResultFacts,
  { clean, redo }: { clean: string; redo: string },
): GateAnswer {
  if (open > 0) return fail(`${counted(open, 'result')}: ${examples.slice(0, 3).join('; ')}`, redo)
  const [first] = unknowns
  if (first !== undefined)
    return unknown(
      `${counted(unknowns.length, 'thing')} could not be looked at: ${first.message}`,
      `${first.hint}; then ${redo}`,
    )
  return pass(suppressed > 0 ? `${clean}; ${suppressed} suppressed` : clean)
}
