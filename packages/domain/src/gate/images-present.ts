import { fail, ifSeen, pass } from './answers.ts'
import type { Gate, GateAnswer } from './gate.ts'
import type { GateFacts } from './gate-facts.ts'

/** Every build is in its registry by digest, so that any host can have it again. On the way back the host's copy will do. */
export const imagesInRegistry: Gate = {
  name: 'images-in-registry',
  title: 'every image is in its registry, by digest',
  safety: false,
  evaluate: (facts) => everyImage(facts, 'registry'),
}

/** Every build is on the host by digest before anything is started. */
export const imagesOnHost: Gate = {
  name: 'images-on-host',
  title: 'every image is on the host, by digest',
  safety: true,
  perHost: true,
  evaluate: (facts) => everyImage(facts, 'host'),
}

function everyImage(facts: GateFacts, where: 'registry' | 'host'): GateAnswer {
  const answers = facts.images.map((image) =>
    ifSeen(
      image[where],
      {
        now: facts.now,
        what: `${image.service}'s image in the ${where}`,
        fix: `check that the ${where} can be reached, then deploy again`,
      },
      (present) => (present ? pass(image.image) : missing(image, where)),
    ),
  )
  const bad = answers.find((answer) => answer.answer !== 'pass')
  return bad ?? pass(`${answers.length} of ${answers.length} images, each with its digest`)
}

/** An image that could not be pulled need not be missing anywhere: the host's disk may be full, or the way to it cut. */
function missing({ service, image, notPulled }: GateFacts['images'][number], where: string): GateAnswer {
  const what = `the ${where} has no ${image} (${service})`
  if (where === 'host' && notPulled !== undefined)
    return fail(`${what}: ${notPulled}`, 'put right what kept it from being pulled, then deploy again')
  return fail(what, `push the build of ${service} again, or deploy a release whose image exists`)
}
