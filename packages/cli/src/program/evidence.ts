import { orderNames } from '@towpath/domain/version/order-name.ts'
import type { Group } from './act.ts'
import { tell } from './help-page.ts'

const group = 'Automation'

/** Commands that look at what a project is made of; none of them needs a server. */
export const evidence: Group = (program, act) => {
  versions(program, act)
}

const versions: Group = (program, act) => {
  const command = tell(program.command('versions'), {
    says: 'Compare versions as the package managers do.',
    inShort: 'compare versions as the package managers do',
    examples: ['versions compare deb', 'versions compare pep440 < pairs.txt'],
    group,
  })
  tell(command.command('compare').argument('<kind>'), {
    says: `Read "A B" a line from stdin, print <, = or >. Kinds: ${orderNames.join(', ')}.`,
    inShort: 'read "A B" a line from stdin, print <, = or >',
    examples: ['versions compare deb < pairs.txt', 'versions compare semver --json < pairs.txt'],
  }).action(act(async () => (await import('../commands/versions.ts')).compareVersions))
}
