import { fail, notApplicable, pass } from './answers.ts'
import type { Gate } from './gate.ts'

/** No secret that the release needs is without a value: an empty one would start, and fail where nobody looks. */
export const settingsComplete: Gate = {
  name: 'settings-complete',
  title: 'every secret it needs has a value',
  safety: false,
  evaluate: ({ settings, environment }) => {
    if (settings === undefined) return notApplicable('nobody looked for missing secrets then')
    const [first] = settings.missing
    if (first === undefined) return pass('every secret that services, jobs and towpath.yaml need has a value')
    return fail(
      `no value for ${settings.missing.join(', ')}`,
      `towpath secrets set ${first} -e ${environment}, or set it in an env file of ${environment}; then create a release with those files`,
    )
  },
}
