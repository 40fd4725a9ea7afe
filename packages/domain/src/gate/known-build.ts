import { fail, notApplicable, pass } from './answers.ts'
import type { Gate } from './gate.ts'

/** What runs can be traced to its source: a release in the ledger, or a commit that the image itself names. */
export const knownBuild: Gate = {
  name: 'known-build',
  title: 'every image is of a known release or says its commit',
  safety: false,
  evaluate: ({ origins, release }) => {
    if (origins === undefined) return notApplicable('a deployment of Towpath names its builds by digest')
    const unknown = origins.filter(({ commit, isOfRelease }) => commit === null && !isOfRelease)
    const [first] = unknown
    if (first === undefined)
      return pass(
        origins.every(({ isOfRelease }) => isOfRelease)
          ? `every image is a build of release ${release.version}`
          : origins.map(({ service, commit }) => `${service} from ${commit ?? release.version}`).join(', '),
      )
    const why = unknown.map(({ service, named, movedFrom }) =>
      movedFrom === null
        ? `${service} runs ${named}, which names no commit`
        : `${service}: the tag of ${named} moved from ${movedFrom}, and the new image names no commit`,
    )
    return fail(
      why.join('; '),
      'build with the label org.opencontainers.image.revision, or record the build: towpath release create VERSION',
    )
  },
}
