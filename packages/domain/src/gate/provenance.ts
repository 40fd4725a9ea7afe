import type { CheckedAttestation, ProvenanceFacts } from '../evidence/provenance.ts'
import { describeIdentity, identityProblem } from '../evidence/provenance.ts'
import type { ProvenanceDemand } from '../evidence/provenance-demand.ts'
import { fail, pass, unknown } from './answers.ts'
import { evidenceGate } from './evidence-gate.ts'
import type { Gate, GateAnswer } from './gate.ts'

const bring = (image: string): string =>
  `gh attestation download oci://IMAGE@${image} -R OWNER/NAME; towpath evidence add ${image}.jsonl --image ${image}`

/** Each image was built by the workflow and in the repository that the policy names, and somebody trusted signed for it. */
export const provenanceGate: Gate = evidenceGate<ProvenanceFacts>({
  name: 'provenance',
  title: 'every image was built where the policy says',
  subjectsOf: ({ evidence }) =>
    evidence.images.map(({ image, services, provenance }) => ({
      subject: image,
      services,
      seen: provenance,
    })),
  redo: bring,
  judge: (facts, { policy, now }, { subject }) => {
    const demand = policy.provenance
    if (demand === undefined || demand.repositories.length === 0 || demand.workflows.length === 0)
      return unknown(
        'the policy does not say which repository and workflow it has to be from',
        'say so in gates.provenance of towpath.yaml, and have an admin accept it: towpath policy accept -e ENVIRONMENT',
      )
    return judgeAll(facts, { demand, now, image: subject })
  },
})

interface Asked {
  demand: ProvenanceDemand
  now: string
  image: string
}

/** One that holds is enough, whatever else was brought beside it; else the newest says why not. */
function judgeAll({ attestations, commits }: ProvenanceFacts, asked: Asked): GateAnswer {
  const answers = attestations.map((one) => judgeOne(one, commits, asked))
  return (
    answers.find(({ answer }) => answer === 'pass') ??
    answers[0] ??
    unknown('there is no evidence', bring(asked.image))
  )
}

function judgeOne(
  attestation: CheckedAttestation,
  commits: readonly string[],
  { demand, now, image }: Asked,
): GateAnswer {
  const { id, state } = attestation
  if (state === 'no-root')
    return unknown(
      `${id}: no root of trust of this server knows ${attestation.issuedBy}, which issued its certificate`,
      'give the server the root that does, for GitHub: gh attestation trusted-root > roots.jsonl; then start it with: towpath server --trusted-root roots.jsonl',
    )
  if (state === 'refused')
    return fail(`${id} does not hold: ${attestation.why}`, `bring the one that was signed: ${bring(image)}`)
  const problem = identityProblem(attestation, { demand, commits, now })
  return problem === null
    ? pass(`${describeIdentity(attestation.identity)}, signed ${attestation.signedAt.slice(0, 16)}Z`)
    : fail(
        `${id}: ${problem}`,
        `have ${demand.workflows.join(' and ')} of ${demand.repositories.join(' and ')} build and attest it, then: ${bring(image)}`,
      )
}
