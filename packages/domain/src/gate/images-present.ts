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
      (present) =>
        present
          ? pass(image.image)
          : fail(
              `the ${where} has no ${image.image} (${image.service})`,
              `push the build of ${image.service} again, or deploy a release whose image exists`,
            ),
    ),
  )
  const bad = answers.find((answer) => answer.answer !== 'pass')
  return bad ?? pass(`${answers.length} of ${answers.length} images, each with its digest`)
}
