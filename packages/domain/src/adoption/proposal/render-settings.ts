import { settingRow } from './setting-row.ts'
import type { Proposal } from './proposal.ts'

/** Dotenv files that `towpath.yaml` names, by path: the names that compose asks for, their values left to people. */
export function renderSettings({ plain, secret, known, environments }: Proposal): Map<string, string> {
  const files = new Map<string, string>()
  if (known.size > 0)
    files.set(
      'env/shared.env',
      text([
        '# Plain settings of every environment. Names of images are here for compose alone: a release holds its builds by digest.',
        ...[...known].flatMap(([name, value]) => settingRow(name, value) ?? []),
      ]),
    )
  if (plain.length === 0) return files
  for (const { value: environment } of environments)
    files.set(
      `env/${environment}.env`,
      text([
        `# Plain settings of ${environment}: take the # away and write the value. What is not set is empty in the container.`,
        ...plain.map((name) => `# ${name}=`),
        ...(secret.length === 0
          ? []
          : [
              `# Not here, but sealed, one by one: towpath secrets set NAME -e ${environment}`,
              ...secret.map((name) => `#   ${name}`),
            ]),
      ]),
    )
  return files
}

const text = (rows: readonly string[]): string => `${rows.join('\n')}\n`
